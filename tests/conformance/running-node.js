// Starts the node's executable: a whole network in one process, or each member in a process of its own.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { makeSystem } from './smart-system.js';

const built = (project, name) => join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'artifacts', 'bin', project, 'release', name);
const command = (variable, dll) => (process.env[variable] ? process.env[variable].split(' ') : existsSync(dll) ? ['dotnet', dll] : null);

/** The command that starts a node: HEALTHLEDGER_NODE, or the one that was built beside these tests; null where there is none. */
export const nodeCommand = () => command('HEALTHLEDGER_NODE', built('HealthLedger.Node', 'HealthLedger.Node.dll'));

/** The command line: HEALTHLEDGER_CLI, or the one that was built beside these tests; null where there is none. */
export const cliCommand = () => command('HEALTHLEDGER_CLI', built('HealthLedger.Cli', 'healthledger.dll'));

/** A process that says `ready` and its address; throws, with what it said, where it ends before that. */
async function run(args, env) {
  const start = nodeCommand();
  const child = spawn(start[0], [...start.slice(1), ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const log = [];
  child.stderr.on('data', (chunk) => log.push(chunk));
  let address = null;
  for await (const line of createInterface({ input: child.stdout })) {
    log.push(`${line}\n`);
    const ready = line.match(/^ready (\S+)/);
    if (!ready) continue;
    address = ready[1].replace(/\/$/, '');
    break;
  }
  if (!address) throw new Error(`The node did not start:\n${log.join('')}`);
  child.stdout.on('data', (chunk) => log.push(chunk));
  return {
    address,
    said: () => log.join(''),
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** A running node, or null after skipping the test `t` where there is no executable. */
export async function startNode(t, { members = 4, env = {} } = {}) {
  if (!nodeCommand()) {
    t.skip('skipped: needs the node, built in Release or named by HEALTHLEDGER_NODE');
    return null;
  }
  const data = mkdtempSync(join(tmpdir(), 'healthledger-'));
  const system = await makeSystem();
  system.register(data, 'hospital-system', 'Riverside Hospital');
  system.register(data, 'clinic-system', 'Oakwood Clinic');
  const node = await run(['--data', data, '--members', String(members), '--url', 'http://127.0.0.1:0'], env);
  return {
    address: node.address,
    fhir: `${node.address}/fhir`,
    /** Everything that it has said so far. */
    said: node.said,
    /** A bearer token for a registered client. */
    token: (clientId = 'hospital-system', scope = 'system/*.cruds') => system.token(node.address, clientId, scope),
    async stop() {
      await node.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** A free port with so many free ones behind it, as far as can be known. */
async function freePorts(count) {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const probes = await Promise.all(Array.from({ length: count }, (_, i) => new Promise((resolve) => {
      const probe = createServer().once('error', () => resolve(null)).listen(first + i, '127.0.0.1', () => resolve(probe));
    })));
    await Promise.all(probes.filter(Boolean).map((probe) => new Promise((resolve) => probe.close(resolve))));
    if (probes.every(Boolean)) return first;
  }
}

/**
 * Four members, each a process of its own; null after skipping the test `t` where an executable is missing. The systems of the hospital and of the clinic are
 * registered at the first member.
 */
export async function startMembers(t, { env = {} } = {}) {
  const cli = cliCommand();
  if (!nodeCommand() || !cli) {
    t.skip('skipped: needs the node and the command line, built in Release or named by HEALTHLEDGER_NODE and HEALTHLEDGER_CLI');
    return null;
  }
  const data = mkdtempSync(join(tmpdir(), 'healthledger-'));
  const found = ['network', 'local', '--members', '4', '--folder', join(data, 'network'), '--base-port', String(await freePorts(110)), '--json'];
  const founded = JSON.parse(execFileSync(cli[0], [...cli.slice(1), ...found], { encoding: 'utf8' }));
  const system = await makeSystem();
  system.register(founded.members[0].folder, 'hospital-system', 'Riverside Hospital');
  system.register(founded.members[0].folder, 'clinic-system', 'Oakwood Clinic');
  const members = [];
  const stop = async () => {
    await Promise.all(members.map((member) => member.stop()));
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const started = await Promise.allSettled(founded.members.map(async ({ folder, url, linksUrl }, i) => {
      members[i] = await run(['--role', 'member', '--data', folder, '--url', url, '--links-url', linksUrl], env);
    }));
    const failed = started.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    for (const { address } of members) while (!(await fetch(`${address}/health/ready`)).ok) await pause(200);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    addresses: members.map((member) => member.address),
    /** Everything that all of them have said so far. */
    said: () => members.map((member) => member.said()).join('\n'),
    token: (clientId) => system.token(members[0].address, clientId),
    stop,
  };
}
