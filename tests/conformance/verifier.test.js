// The second implementation of the verifier against public vectors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fromHex } from './verifier/bytes.js';
import { decode } from './verifier/cbor.js';
import { checkConsistency, checkInclusion } from './verifier/merkle.js';
import { Refusal } from './verifier/refusal.js';
import { filesBelow, material } from './shared-data.js';

const base64 = (text) => new Uint8Array(Buffer.from(text ?? '', 'base64'));

async function verdict(check) {
  try {
    await check();
    return true;
  } catch (error) {
    assert.ok(error instanceof Refusal, `refused by a ${error.name}: ${error.message}`);
    return false;
  }
}

test('every transparency-dev inclusion proof is judged as its file says', async (t) => {
  const folder = material(t, 'merkle-vectors/transparency-dev/inclusion');
  if (!folder) return;
  const files = filesBelow(folder, '.json');
  assert.ok(files.length > 50);
  for (const file of files) {
    const c = JSON.parse(readFileSync(file, 'utf8'));
    const good = await verdict(() => checkInclusion(base64(c.leafHash), c.leafIdx, c.treeSize, (c.proof ?? []).map(base64), base64(c.root), 'proof'));
    assert.equal(good, !c.wantErr, `${file}: ${c.desc}`);
  }
});

test('every transparency-dev consistency proof is judged as its file says', async (t) => {
  const folder = material(t, 'merkle-vectors/transparency-dev/consistency');
  if (!folder) return;
  const files = filesBelow(folder, '.json');
  assert.ok(files.length > 20);
  for (const file of files) {
    const c = JSON.parse(readFileSync(file, 'utf8'));
    const good = await verdict(() => checkConsistency(c.size1, base64(c.root1), c.size2, base64(c.root2), (c.proof ?? []).map(base64), 'proof'));
    assert.equal(good, !c.wantErr, `${file}: ${c.desc}`);
  }
});

test('everything that RFC 8949 calls not well-formed is refused', async (t) => {
  const file = material(t, 'crypto-vectors/cbor-not-well-formed/rfc8949-appendix-f.json');
  if (!file) return;
  const { items } = JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(items.length > 20);
  for (const item of items) assert.throws(() => decode(fromHex(item.hex), 'input'), Refusal, `${item.hex}: ${item.reason}`);
});

test('CBOR that is not canonical is refused', () => {
  for (const bad of ['1800', '190001', '5800', '9f00ff', 'a201000100', 'a202000100', 'f90000', 'f7', '61ff', '0000', 'c2'])
    assert.throws(() => decode(fromHex(bad), 'input'), Refusal, bad);
  assert.throws(() => decode(fromHex('81'.repeat(18) + '00'), 'input'), Refusal);
});
