// Starts the node's executable with a fresh network and a registered client, and gets tokens from it as any SMART client would.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';

const dll = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'artifacts', 'bin', 'HealthLedger.Node', 'release', 'HealthLedger.Node.dll');

/** The command that starts a node: HEALTHLEDGER_NODE, or the one that was built beside these tests; null where there is none. */
export function nodeCommand() {
  if (process.env.HEALTHLEDGER_NODE) return process.env.HEALTHLEDGER_NODE.split(' ');
  return existsSync(dll) ? ['dotnet', dll] : null;
}

/** A running node, or null after skipping the test `t` where there is no executable. */
export async function startNode(t, { members = 4, env = {} } = {}) {
  const start = nodeCommand();
  if (!start) {
    t.skip('skipped: needs the node, built in Release or named by HEALTHLEDGER_NODE');
    return null;
  }
  const data = mkdtempSync(join(tmpdir(), 'healthledger-'));
  const keys = await generateKeyPair('ES384');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'conformance', alg: 'ES384', use: 'sig' };
  mkdirSync(join(data, 'clients'));
  const client = (clientId, organization) => writeFileSync(join(data, 'clients', `${clientId}.json`),
    JSON.stringify({ clientId, organization, scopes: 'system/*.cruds', jwks: { keys: [jwk] } }));
  client('hospital-system', 'Riverside Hospital');
  client('clinic-system', 'Oakwood Clinic');

  const child = spawn(start[0], [...start.slice(1), '--data', data, '--members', String(members), '--url', 'http://127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
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
  child.stdout.on('data', (chunk) => log.push(chunk));
  if (!address) throw new Error(`The node did not start:\n${log.join('')}`);

  return {
    address,
    fhir: `${address}/fhir`,
    /** Everything that it has said so far. */
    said: () => log.join(''),
    /** A bearer token for a registered client. */
    async token(clientId = 'hospital-system', scope = 'system/*.cruds') {
      const tokenUrl = (await (await fetch(`${address}/fhir/.well-known/smart-configuration`)).json()).token_endpoint;
      const assertion = await new SignJWT({ jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: 'ES384', kid: 'conformance', typ: 'JWT' }).setIssuer(clientId).setSubject(clientId).setAudience(tokenUrl).setExpirationTime('4m').sign(keys.privateKey);
      const answer = await fetch(tokenUrl, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion, scope,
        }),
      });
      if (!answer.ok) throw new Error(`No token: ${answer.status} ${await answer.text()}`);
      return (await answer.json()).access_token;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      rmSync(data, { recursive: true, force: true });
    },
  };
}
