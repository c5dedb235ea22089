// Block files: the second verifier finds in them what the first one says, and refuses every altered byte.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { verifyBlock } from './verifier/block.js';
import { fromHex } from './verifier/bytes.js';
import { readGenesis } from './verifier/genesis.js';
import { Refusal } from './verifier/refusal.js';

const vector = (name) => JSON.parse(readFileSync(new URL(`../../src/HealthLedger.Protocol/vectors/${name}.json`, import.meta.url), 'utf8'));
const genesis = await readGenesis(fromHex(vector('genesis').bytes));

for (const name of ['block', 'block-stored']) {
  test(`${name}: holds under its hash, and no byte of it can change unnoticed`, async () => {
    const { bytes, facts } = vector(name);
    const file = fromHex(bytes), hash = fromHex(facts.hash);
    await verifyBlock(file, genesis, hash);
    for (let i = 0; i < file.length; i++) {
      const altered = file.slice();
      altered[i] ^= 0x04;
      await assert.rejects(verifyBlock(altered, genesis, hash), (error) => error instanceof Refusal && error.place.length > 0, `byte ${i}`);
    }
    await assert.rejects(verifyBlock(file.subarray(0, file.length - 1), genesis, hash), Refusal);
  });
}
