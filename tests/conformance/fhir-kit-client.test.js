// A FHIR client that no one here wrote, unchanged, against a node that runs four members: gets a token, writes, reads, searches, pages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from 'fhir-kit-client';
import { startNode } from './running-node.js';

const patient = (value) => ({
  resourceType: 'Patient', identifier: [{ system: 'urn:his', value }], name: [{ family: 'Okafor', given: ['Adaeze'] }], gender: 'female', birthDate: '1984-02-11',
});
const observation = (id, value, date) => ({
  resourceType: 'Observation', status: 'final', category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] }, subject: { reference: `Patient/${id}` }, effectiveDateTime: date, valueQuantity: { value, unit: '%' },
});
const status = (expected) => (error) => error.response.status === expected;

let node, client;

before(async (t) => {
  node = await startNode({ skip: () => {} });
  if (!node) return;
  client = new Client({ baseUrl: node.fhir, bearerToken: await node.token() });
});

after(async () => node?.stop());

const withNode = (name, body) => test(name, async (t) => {
  if (!node) return t.skip('skipped: needs the node, built in Release or named by HEALTHLEDGER_NODE');
  await body(t);
});

withNode('the capability statement tells of FHIR 4.0.1 and where tokens are had', async () => {
  const anonymous = new Client({ baseUrl: node.fhir });
  const statement = await anonymous.capabilityStatement();
  assert.equal(statement.fhirVersion, '4.0.1');
  const smart = await anonymous.smartAuthMetadata();
  assert.equal(String(smart.tokenUrl), `${node.address}/token`);
});

withNode('what is created is read, as a version too, and the same again is the same', async () => {
  const created = await client.create({ resourceType: 'Patient', body: patient('kit-1') });
  const read = await client.read({ resourceType: 'Patient', id: created.id });
  assert.equal(read.name[0].family, 'Okafor');
  assert.equal(read.meta.versionId, '1');
  assert.equal((await client.vread({ resourceType: 'Patient', id: created.id, version: '1' })).id, created.id);
  assert.equal((await client.create({ resourceType: 'Patient', body: patient('kit-1') })).id, created.id);
});

withNode('an update makes a version, a delete marks it, the history keeps all', async () => {
  const { id } = await client.create({ resourceType: 'Patient', body: patient('kit-2') });
  const lab = await client.create({ resourceType: 'Observation', body: observation(id, 5.4, '2024-05-01') });
  const changed = await client.update({ resourceType: 'Observation', id: lab.id, body: { ...observation(id, 5.6, '2024-05-01'), id: lab.id } });
  assert.equal(changed.meta.versionId, '2');
  await client.delete({ resourceType: 'Observation', id: lab.id });
  await assert.rejects(client.read({ resourceType: 'Observation', id: lab.id }), status(410));
  const history = await client.history({ resourceType: 'Observation', id: lab.id });
  assert.deepEqual(history.entry.map((entry) => entry.request.method), ['DELETE', 'PUT', 'POST']);
});

withNode('a transaction resolves its references and a search finds and pages through them', async () => {
  const entries = [{ fullUrl: 'urn:uuid:7b1f2a3c-0000-4000-8000-000000000001', resource: patient('kit-3'), request: { method: 'POST', url: 'Patient' } }];
  for (let i = 1; i <= 25; i++) {
    const resource = { ...observation('x', i, `2024-01-${String(i).padStart(2, '0')}`), subject: { reference: 'urn:uuid:7b1f2a3c-0000-4000-8000-000000000001' } };
    entries.push({ fullUrl: `urn:uuid:7b1f2a3c-0000-4000-8000-0000000001${String(i).padStart(2, '0')}`, resource, request: { method: 'POST', url: 'Observation' } });
  }
  const answer = await client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry: entries } });
  assert.ok(answer.entry.every((entry) => entry.response.status.startsWith('201') && entry.response.extension[0].valueUri.startsWith('/ledger/receipts/')));
  const id = answer.entry[0].response.location.split('/')[1];

  const seen = [];
  let page = await client.search({ resourceType: 'Observation', searchParams: { patient: id, _count: 10, _sort: '-date' } });
  assert.equal(page.total, 25);
  for (; page; page = await client.nextPage({ bundle: page })) seen.push(...page.entry.map((entry) => entry.resource.valueQuantity.value));
  assert.deepEqual(seen, Array.from({ length: 25 }, (_, i) => 25 - i));

  const posted = await client.search({ resourceType: 'Observation', searchParams: { patient: id, date: 'ge2024-01-20' }, options: { postSearch: true } });
  assert.equal(posted.total, 6);
  const everything = await client.operation({ name: 'everything', resourceType: 'Patient', id, method: 'GET' });
  assert.equal(everything.entry.length, 26);
});

withNode('a receipt that an answer links is there, and a read has one of its own', async () => {
  const { id } = await client.create({ resourceType: 'Patient', body: patient('kit-4') });
  const answer = await fetch(`${node.fhir}/Patient/${id}`, { headers: { authorization: `Bearer ${await node.token()}` } });
  const path = answer.headers.get('link').match(/<([^>]+)>; rel="https:\/\/healthledger.org\/rel\/receipt"/)[1];
  const receipt = await fetch(`${node.address}${path}`);
  assert.equal(receipt.status, 200);
  assert.ok((await receipt.arrayBuffer()).byteLength > 500);
});

withNode('who has no token, another scope or no grant is refused in FHIR\'s words', async () => {
  const { id } = await client.create({ resourceType: 'Patient', body: patient('kit-5') });
  const refused = async (other, expected, code) => {
    await assert.rejects(other.read({ resourceType: 'Patient', id }), (error) => {
      assert.equal(error.response.status, expected);
      assert.equal(error.response.data.resourceType, 'OperationOutcome');
      assert.equal(error.response.data.issue[0].details.coding[0].code, code);
      return true;
    });
  };
  await refused(new Client({ baseUrl: node.fhir }), 401, 'HL-7010');
  await refused(new Client({ baseUrl: node.fhir, bearerToken: await node.token('hospital-system', 'system/Observation.rs') }), 403, 'HL-7012');
  await refused(new Client({ baseUrl: node.fhir, bearerToken: await node.token('clinic-system') }), 403, 'HL-4080');
});
