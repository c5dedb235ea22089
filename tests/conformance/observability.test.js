// What a running cluster, four members in processes of their own, tells of itself: a real Prometheus finds data for every panel and rule of deploy/, a foreign
// OTLP reader follows a request to its block, and neither logs nor metrics nor traces say whose record it was.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startReceiver } from './otlp-receiver.js';
import { dashboards, deploy, hasPrometheus, promtool, query, startPrometheus } from './prometheus.js';
import { nodeCommand, startMembers } from './running-node.js';
import { filesBelow, material } from './shared-data.js';

const quiet = { skip: () => {} };
const patient = (value) => ({
  resourceType: 'Patient', identifier: [{ system: 'urn:his:mrn', value }], name: [{ family: 'Okonkwo-Lindqvist', given: ['Thandiwe'] }], gender: 'female', birthDate: '1984-02-11',
  address: [{ line: ['17 Quayside Terrace'], city: 'Farrowmere' }], telecom: [{ system: 'phone', value: '555-0147-2291' }],
});
const observation = (id, value) => ({
  resourceType: 'Observation', status: 'final', category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: '4548-4', display: 'Hemoglobin A1c' }], text: 'HbA1c of an anxious person' }, subject: { reference: `Patient/${id}` },
  effectiveDateTime: '2024-05-01', valueQuantity: { value, unit: '%' },
});

let cluster, receiver, prometheus, hospital, clinic, loading = true, load, broken;
const secrets = new Set();

/** Remembers every string of a resource that nobody outside may read. */
function remember(json) {
  if (Array.isArray(json)) json.forEach(remember);
  else if (json && typeof json === 'object') for (const [key, each] of Object.entries(json)) if (key !== 'resourceType') remember(each);
  // Words of FHIR's own value sets say nothing of anybody: final, active, Patient.
  if (typeof json === 'string' && json.length >= 6 && json.length < 200 && !/^[A-Za-z]+(-[a-z]+)*$/.test(json) && !json.startsWith('http')) secrets.add(json);
}

function system(address, token) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', 'x-practitioner': 'urn:staff|dr-ferreira-8841' };
  secrets.add(token).add('dr-ferreira-8841');
  return async (method, path, body, more = {}) => {
    const answer = await fetch(`${address}/fhir/${path}`, { method, headers: { ...headers, ...more }, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text && JSON.parse(text) };
  };
}

/** One round over every door and interaction, the refused ones too. */
async function round(number) {
  const created = await hospital('POST', 'Patient', patient(`mrn-7731-${number}`));
  assert.ok([200, 201].includes(created.status), JSON.stringify(created.body));
  const { id } = created.body;
  remember(patient(`mrn-7731-${number}`));
  const lab = await hospital('POST', 'Observation', observation(id, 5 + number / 100));
  secrets.add(id).add(lab.body.id);
  remember(observation('x', 5));
  await hospital('GET', `Patient/${id}`);
  await hospital('GET', `Patient/${id}/_history/1`);
  await hospital('GET', `Observation?patient=${id}`);
  await hospital('GET', `Patient/${id}/$everything`);
  await hospital('PUT', `Observation/${lab.body.id}`, { ...observation(id, 6 + number / 100), id: lab.body.id });
  await hospital('GET', `Observation/${lab.body.id}/_history`);
  await hospital('DELETE', `Observation/${lab.body.id}`);
  const denied = await clinic('GET', `Patient/${id}`);
  assert.equal(denied.status, 403, JSON.stringify(denied.body));
  const [door] = cluster.addresses;
  assert.equal((await fetch(`${door}/fhir/Patient/${id}`)).status, 401);
  await fetch(`${door}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials' }) });
  await fetch(`${door}/ledger/checkpoint`);
  await fetch(`${door}/ledger/receipts/not-an-id/0`);
}

before(async () => {
  receiver = await startReceiver();
  cluster = await startMembers(quiet, {
    env: {
      HEALTHLEDGER__Telemetry__Otlp: receiver.address, HEALTHLEDGER__Telemetry__TraceRatio: '1', HEALTHLEDGER__Telemetry__MetricIntervalSeconds: '1',
      HEALTHLEDGER__Telemetry__SlowAfterSeconds: '0.001', HEALTHLEDGER__Telemetry__Log: 'json',
    },
  });
  if (!cluster) return;
  hospital = system(cluster.addresses[0], await cluster.token('hospital-system'));
  clinic = system(cluster.addresses[0], await cluster.token('clinic-system'));
  if (hasPrometheus()) prometheus = await startPrometheus(cluster.addresses.map((address) => new URL(address).host));
  const bundles = material(quiet, 'fhir-synthea/stanford-2023');
  load = (async () => {
    if (bundles) {
      const bundle = JSON.parse(readFileSync(filesBelow(bundles, '.json').find((file) => file.includes('Beatris')), 'utf8'));
      remember(bundle);
      const taken = await hospital('POST', '', bundle, { prefer: 'handling=lenient' });
      assert.equal(taken.status, 200, JSON.stringify(taken.body).slice(0, 400));
      for (const entry of taken.body.entry) if (entry.response?.location) secrets.add(entry.response.location.split('/').at(-3));
    }
    for (let number = 0; loading; number++) await round(number);
  })();
  load.catch((error) => { broken = error; });
});

after(async () => {
  loading = false;
  await load?.catch(() => {});
  await prometheus?.stop();
  await cluster?.stop();
  receiver?.stop();
});

const withCluster = (name, body) => test(name, async (t) => {
  if (!cluster) return t.skip('skipped: needs the node and the command line, built in Release');
  await body(t);
});
const withPrometheus = (name, body) => withCluster(name, async (t) => {
  if (!prometheus) return t.skip('skipped: needs prometheus and promtool');
  await body(t);
});

/** Asks again until there is nothing left to say, or two minutes are over. */
async function settled(missing) {
  let left = await missing();
  for (const end = Date.now() + 120_000; left.length > 0 && Date.now() < end; left = await missing()) {
    await pause(500);
    if (broken) throw broken;
  }
  return left;
}

/** Where a text tells a secret; a number is told only where it stands alone. */
function place(text, secret) {
  const isNumber = /^[0-9.,-]+$/.test(secret);
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
    if (!isNumber || !/[0-9A-Za-z.]/.test((text[at - 1] ?? ' ') + (text[at + secret.length] ?? ' '))) return text.slice(Math.max(0, at - 200), at + 100);
  return null;
}

withPrometheus('promtool takes configuration and rules, and every alert does what its test says', async () => {
  await promtool('check', 'config', join(deploy, 'prometheus', 'prometheus.yml'));
  await promtool('test', 'rules', join(deploy, 'prometheus', 'tests', 'alerts.yml'));
});

withCluster('every alert has a severity, words, and a paragraph in the runbook that says what it wants', () => {
  const rules = readFileSync(join(deploy, 'prometheus', 'rules', 'alerts.yml'), 'utf8').split(/^ {6}- alert: /m).slice(1);
  const runbook = readFileSync(join(deploy, 'RUNBOOK.md'), 'utf8').split(/^## /m).slice(1);
  assert.ok(rules.length > 20);
  assert.deepEqual(runbook.map((part) => part.split('\n')[0]), rules.map((rule) => rule.split('\n')[0]));
  for (const rule of rules) {
    const name = rule.split('\n')[0];
    assert.match(rule, /severity: (critical|warning)\n/, name);
    assert.match(rule, /summary: ".+"\n +description: ".+"\n/, name);
    assert.match(rule, new RegExp(`runbook_url: deploy/RUNBOOK.md#${name.toLowerCase()}\n`), name);
  }
  for (const part of runbook) assert.match(part, /\n\n\*(critical|warning)\* — .+\n\n- \*\*Look at\.\*\* .+\n- \*\*Do\.\*\* .+\n/, part.split('\n')[0]);
});

withCluster('dashboards are what Grafana loads: distinct ids, panels beside each other, one source', () => {
  const source = readFileSync(join(deploy, 'grafana', 'provisioning', 'datasources', 'prometheus.yml'), 'utf8').match(/uid: (\S+)/)[1];
  const all = dashboards();
  assert.deepEqual(all.map((dashboard) => dashboard.file).sort(), ['capacity.json', 'consent-and-access.json', 'doors.json', 'ledger.json', 'silos-and-members.json']);
  assert.equal(new Set(all.map((dashboard) => dashboard.uid)).size, all.length);
  for (const { file, panels } of all) {
    assert.equal(new Set(panels.map((panel) => panel.id)).size, panels.length, file);
    const cells = new Set();
    for (const { title, gridPos: { x, y, w, h }, datasource, targets, fieldConfig } of panels) {
      assert.ok(x + w <= 24 && fieldConfig.defaults.unit && datasource.uid === source, `${file}: ${title}`);
      assert.ok(targets.length > 0 && targets.every((target) => target.expr && target.datasource.uid === source), `${file}: ${title}`);
      for (let row = y; row < y + h; row++) for (let column = x; column < x + w; column++) assert.ok(!cells.has(`${row} ${column}`) && cells.add(`${row} ${column}`), `${file}: ${title} lies on another`);
    }
  }
});

withPrometheus('every query of every dashboard, and every recording rule, finds data on a running cluster', async () => {
  const queries = dashboards().flatMap(({ file, panels }) => panels.flatMap((panel) => panel.targets.map((target) => ({ where: `${file}: ${panel.title}`, expr: query(target.expr) }))));
  const { groups } = await prometheus.api('rules');
  queries.push(...groups.flatMap((group) => group.rules).filter((rule) => rule.type === 'recording').map((rule) => ({ where: 'rule', expr: rule.name })));
  assert.ok(queries.length > 90);
  const empty = await settled(async () => {
    const left = [];
    for (const each of queries) if ((await prometheus.samples(each.expr)).length === 0) left.push(each);
    return left;
  });
  assert.deepEqual(empty, []);
});

withPrometheus('the scraper meets no error, rules evaluate, nothing critical fires on a sound network, and exemplars lead to traces', async () => {
  const { activeTargets } = await prometheus.api('targets', { state: 'active' });
  assert.deepEqual(activeTargets.map((target) => target.lastError).filter(Boolean), []);
  const series = await prometheus.samples('scrape_samples_scraped{job="healthledger"}');
  assert.ok(series.length === cluster.addresses.length && series.every(({ value }) => Number(value[1]) < 2000), JSON.stringify(series.map(({ value }) => value[1])));
  const rules = (await prometheus.api('rules')).groups.flatMap((group) => group.rules);
  assert.deepEqual(rules.filter((rule) => rule.health !== 'ok').map((rule) => `${rule.name}: ${rule.lastError}`), []);
  assert.deepEqual((await prometheus.samples('ALERTS{severity="critical",alertstate="firing"}')).map(({ metric }) => metric.alertname), []);
  const found = await settled(async () => {
    const series = await prometheus.api('query_exemplars', { query: 'healthledger_door_duration_seconds_bucket', start: Date.now() / 1000 - 300, end: Date.now() / 1000 });
    const traces = series.flatMap((each) => each.exemplars.map((exemplar) => exemplar.labels.trace_id));
    return traces.some((trace) => receiver.spans.some((span) => span.trace === trace)) ? [] : ['no exemplar names a trace that was sent'];
  });
  assert.deepEqual(found, []);
});

withPrometheus('the text of the metrics is what promtool takes, apart from names that are the runtime\'s own', async () => {
  const text = await (await fetch(`${cluster.addresses[0]}/metrics`)).text();
  const file = join(tmpdir(), `healthledger-metrics-${process.pid}`);
  writeFileSync(file, text);
  const checked = spawnSync('sh', ['-c', `promtool check metrics < ${file}; rm ${file}`], { encoding: 'utf8' });
  assert.deepEqual((checked.stdout + checked.stderr).split('\n').filter((line) => line.includes('healthledger_') || line.includes('error')), []);
});

withCluster('the page of metrics names each with its kind, labels and sentence, and no other', async () => {
  const seen = () => metricsOf();
  const page = join(deploy, 'METRICS.md');
  // What only happens now and then has to have happened before labels are compared.
  await settled(async () => ((await seen()).has('healthledger_door_refusals_total') ? [] : ['refusals']));
  const metrics = await seen();
  if (process.env.HEALTHLEDGER_WRITE_PAGES === '1') writeFileSync(page, pageOf(metrics));
  const told = new Map([...readFileSync(page, 'utf8').matchAll(/^\| `(\S+)` \| (\w+) \| (.*?) \| (.*) \|$/gm)].map(([, name, kind, labels, help]) => [name, { kind, labels: labels.match(/`(\w+)`/g) ?? [], help }]));
  assert.ok(told.size > 40);
  for (const [name, { kind, labels, help }] of metrics) {
    assert.ok(told.has(name), `${name} is not in METRICS.md: run this test with HEALTHLEDGER_WRITE_PAGES=1`);
    assert.deepEqual([told.get(name).kind, told.get(name).help], [kind, help], name);
    for (const label of labels) assert.ok(told.get(name).labels.includes(`\`${label}\``), `the label ${label} of ${name}`);
  }
  const untold = await settled(async () => {
    const now = await seen();
    return [...told.keys()].filter((name) => !now.has(name));
  });
  assert.deepEqual(untold, [], 'in METRICS.md and not told by a node');
});

const metricsText = async () => (await Promise.all(cluster.addresses.map(async (address) => (await fetch(`${address}/metrics`)).text()))).join('\n');

async function metricsOf() {
  const text = await metricsText();
  const metrics = new Map();
  for (const line of text.split('\n')) {
    const [, what, name, rest] = line.match(/^# (HELP|TYPE) (healthledger_\S+) (.*)$/) ?? [];
    if (what) metrics.set(name, { labels: new Set(), ...metrics.get(name), ...(what === 'HELP' ? { help: rest.replaceAll('|', '\\|') } : { kind: rest }) });
    const [, sample, labels] = line.match(/^(healthledger_[a-z0-9_]+)(?:\{(.*)\})? /) ?? [];
    const family = sample && (metrics.get(sample) ?? metrics.get(sample.replace(/_(bucket|sum|count)$/, '')));
    for (const [, label] of (family ? labels ?? '' : '').matchAll(/(\w+)="/g)) if (label !== 'le') family.labels.add(label);
  }
  return metrics;
}

const pageOf = (metrics) => `# Metrics

Every metric of HealthLedger's own, as \`/metrics\` tells it; \`tests/conformance/observability.test.js\` compares this page with a running cluster, and writes it when it is run with
\`HEALTHLEDGER_WRITE_PAGES=1\`. Beside these a node tells the runtime's (\`dotnet_*\`), the connections' (\`kestrel_*\`), Orleans' where it runs, and \`target_info\` with build and role.
Where snapshots are kept in a database there are \`healthledger_database_*\` too. Over OTLP the same instruments have dots for underscores and no suffix for unit or \`total\`.

Labels have few values: members, shards, kinds, codes of [ERRORS.md](../src/HealthLedger.Protocol/ERRORS.md). None names a person, an organization, a record or a request.

| metric | kind | labels | what it is |
|---|---|---|---|
${[...metrics].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { kind, labels, help }]) => `| \`${name}\` | ${kind} | ${[...labels].sort().map((label) => `\`${label}\``).join(', ')} | ${help} |`).join('\n')}
`;

withCluster('a request leads to its block: in the answer, in the trace, in the log', async () => {
  await settled(async () => (receiver.spans.some((span) => span.name === 'fhir create') ? [] : ['a create']));
  const answer = await hospital('POST', 'Patient', patient('mrn-traced'), { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00' });
  const places = answer.headers.get('x-ledger-block').split(', ');
  assert.match(answer.headers.get('traceresponse'), /^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
  const left = await settled(async () => {
    const trace = receiver.spans.filter((span) => span.trace === '4bf92f3577b34da6a3ce929d0e0e4736');
    const statements = trace.filter((span) => span.name === 'ledger.statement');
    const server = trace.find((span) => span.name === 'fhir create');
    if (!server || statements.length === 0) return ['the request and its statements'];
    assert.equal(server.parent, '00f067aa0ba902b7');
    for (const statement of statements) {
      const { 'healthledger.shard': shard, 'healthledger.height': height } = statement.attributes;
      assert.ok(places.includes(`${shard}/${height}`), `${shard}/${height} is in ${places}`);
      const blocks = receiver.spans.filter((span) => span.name === 'ledger.block' && span.trace === statement.links[0]?.trace);
      if (new Set(blocks.map((block) => block.attributes['healthledger.member'])).size < 4) return ['the parts of four members in the block\'s trace'];
      assert.ok(blocks.every((block) => block.attributes['healthledger.shard'] === shard && block.attributes['healthledger.height'] === height));
      assert.ok(blocks.some((block) => block.links.some((link) => link.id === statement.id)), 'the block leads back to the statement');
      for (const stage of ['prepare', 'commit', 'flush']) assert.ok(receiver.spans.some((span) => span.name === `ledger.block.${stage}` && span.trace === blocks[0].trace), stage);
    }
    return [];
  });
  assert.deepEqual(left, []);
  assert.deepEqual(receiver.refused, []);
  assert.ok(receiver.resources.every((resource) => resource['service.name'] === 'healthledger' && resource['service.version']));
  assert.deepEqual([...new Set(receiver.resources.map((resource) => `${resource['healthledger.role']} ${resource['service.instance.id']}`))].sort(),
    cluster.addresses.map((address) => `member ${new URL(address).host}`).sort());
  assert.ok(receiver.metrics.some((metric) => metric.name === 'healthledger.commit.duration' && metric.unit === 's'));
});

withCluster('a slow request says in the log which block it is in and where the time went', async () => {
  // Once nothing else is asked, the line is not left out for the sake of others.
  loading = false;
  await load;
  await pause(1_100);
  const answer = await hospital('POST', 'Patient', patient('mrn-slow'), { 'x-request-id': 'looked-for' });
  const [shard, height] = answer.headers.get('x-ledger-block').split(', ').at(-1).split('/');
  const found = await settled(async () => (cluster.said().includes('request looked-for, trace') ? [] : ['the line']));
  assert.deepEqual(found, []);
  const line = cluster.said().split('\n').find((each) => each.includes('Slow:') && each.includes('looked-for'));
  assert.match(line, new RegExp(`fhir create took [0-9.]+ ms, request looked-for, trace [0-9a-f]{32}: .*shard ${shard} height ${height} statement [0-9a-f]{16}; .*sign [0-9.]+, submit [0-9.]+`));
  const statement = line.match(/statement ([0-9a-f]{16});/)[1];
  assert.match(cluster.said(), new RegExp(`Member 0 shard ${shard} height ${height}: statement ${statement} took [0-9.]+ ms: check [0-9.]+, wait [0-9.]+, .*prepare [0-9.]+, commit [0-9.]+, flush [0-9.]+`));
});

withCluster('every line of the log is an object with its parts by name', () => {
  const lines = cluster.said().split('\n').filter((line) => line.startsWith('{') && line.endsWith('}')).map((line) => JSON.parse(line));
  assert.ok(lines.length > 100);
  assert.ok(lines.every((line) => line.Timestamp && line.LogLevel && line.Category));
  const slow = lines.find((line) => line.State?.RequestId === 'looked-for' && line.State.Blocks);
  assert.deepEqual([slow.LogLevel, slow.State.Door, slow.State.Interaction], ['Warning', 'fhir', 'create']);
  assert.match(slow.State.Blocks, /^shard \d+ height \d+ statement [0-9a-f]{16}/);
});

test('a setting that cannot be used is named, with what it may be', async (t) => {
  if (!nodeCommand()) return t.skip('skipped: needs the node, built in Release');
  const [program, ...args] = nodeCommand();
  for (const [name, value] of [['Otlp', 'ftp://collector'], ['TraceRatio', '2'], ['SlowAfterSeconds', 'soon'], ['Log', 'xml']]) {
    const ended = spawnSync(program, [...args, '--url', 'http://127.0.0.1:0', '--data', join(tmpdir(), 'healthledger-never')], { encoding: 'utf8', env: { ...process.env, [`HEALTHLEDGER__Telemetry__${name}`]: value } });
    assert.equal(ended.status, 64, name);
    assert.match(ended.stderr, new RegExp(`HL-8012: The setting HealthLedger:Telemetry:${name} is `));
  }
});

withCluster('no log line, metric, span or attribute has health data, a name, an id of a person or resource, a DID or a token in it', async () => {
  const metrics = await metricsText();
  const told = { log: cluster.said(), metrics, otlp: JSON.stringify(receiver.messages) };
  assert.ok(receiver.spans.length > 100 && receiver.logs.length > 100 && secrets.size > 20, `${receiver.spans.length} spans, ${receiver.logs.length} lines, ${secrets.size} secrets`);
  for (const [where, text] of Object.entries(told)) {
    for (const secret of secrets) assert.equal(place(text, secret), null, `${where} tells ${secret}`);
    assert.doesNotMatch(text, /did:[a-z]+:/, where);
    assert.doesNotMatch(text, /eyJ[A-Za-z0-9_-]{10,}/, where);
  }
  const allowed = /^(healthledger\.(shard|height|config|epoch|member|entries|statements|statement|records|accesses|actor|code|built_here)|http\.request\.method|http\.route|http\.response\.status_code)$/;
  assert.deepEqual([...new Set(receiver.spans.flatMap((span) => Object.keys(span.attributes)))].filter((key) => !allowed.test(key)), []);
});
