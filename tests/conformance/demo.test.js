// The story that the README's first command tells: it holds, and the files it leaves prove themselves to the second verifier.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { nodeCommand } from './running-node.js';
import { verifyExport } from './verifier/export.js';
import { readGenesis } from './verifier/genesis.js';
import { verifyReceipt } from './verifier/receipt.js';
import { Refusal } from './verifier/refusal.js';

test('the demo holds twice on the same data, and its export and receipt verify, altered ones do not', async (t) => {
  const start = nodeCommand();
  if (!start) return t.skip('skipped: needs the node, built in Release or named by HEALTHLEDGER_NODE');
  const data = mkdtempSync(join(tmpdir(), 'healthledger-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  for (const round of ['first', 'second']) {
    const child = spawn(start[0], [...start.slice(1), 'demo', '--once', '--data', data, '--url', 'http://127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = [];
    child.stdout.on('data', (chunk) => said.push(chunk));
    const [code] = await once(child, 'exit');
    assert.equal(code, 0, `the ${round} start:\n${said.join('')}`);
  }
  const genesis = await readGenesis(new Uint8Array(readFileSync(join(data, 'genesis.cbor'))));
  const receipt = new Uint8Array(readFileSync(join(data, 'access.receipt')));
  assert.equal((await verifyReceipt(receipt, genesis)).outcome, 'permitted');

  const file = new Uint8Array(readFileSync(join(data, 'patient.export')));
  const proved = await verifyExport(file, genesis);
  assert.ok(proved.records > 0 && proved.entries > proved.records);
  // The first and last kilobytes whole, and one byte in 997 between: each altered byte is refused, and the refusal names a place.
  for (let i = 0; i < file.length; i += i < 1024 || i > file.length - 1024 ? 7 : 997) {
    const altered = file.slice();
    altered[i] ^= 0x10;
    await assert.rejects(verifyExport(altered, genesis), (error) => error instanceof Refusal && error.place.length > 0, `byte ${i}`);
  }
  await assert.rejects(verifyExport(file.subarray(0, file.length - 1), genesis), Refusal);
});
