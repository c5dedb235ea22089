// What a running network hands out, judged by the second verifier and by a COSE library that no one here wrote.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Sign1 } from '@auth0/cose';
import { importJWK } from 'jose';
import { startNode } from './running-node.js';
import { concat, equal, hex } from './verifier/bytes.js';
import { decode, encode, Tagged } from './verifier/cbor.js';
import { verifyCheckpoint } from './verifier/checkpoint.js';
import { readGenesis } from './verifier/genesis.js';
import { checkInclusion, leafHash, rootOfHashes, rootOfPath } from './verifier/merkle.js';
import { verifyReceipt } from './verifier/receipt.js';
import { Refusal } from './verifier/refusal.js';
import { readStatement } from './verifier/statement.js';

let node, genesis, receipt, link;

const bytesAt = async (path) => {
  const answer = await fetch(`${node.address}${path}`);
  assert.equal(answer.status, 200, path);
  return new Uint8Array(await answer.arrayBuffer());
};

const jwkOf = (point) => importJWK({ kty: 'EC', crv: 'P-256', x: Buffer.from(point.subarray(1, 33)).toString('base64url'), y: Buffer.from(point.subarray(33)).toString('base64url') }, 'ES256');

before(async () => {
  node = await startNode({ skip: () => {} });
  if (!node) return;
  const created = await fetch(`${node.fhir}/Patient`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await node.token()}`, 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Patient', identifier: [{ system: 'urn:his', value: 'conformance-1' }], name: [{ family: 'Okafor' }] }),
  });
  assert.equal(created.status, 201);
  [, link] = /<(\/ledger\/receipts\/[^>]+)>/.exec(created.headers.get('link'));
  genesis = await readGenesis(await bytesAt('/ledger/genesis'));
  receipt = await bytesAt(link);
});

after(async () => node?.stop());

const withNode = (name, body) => test(name, async (t) => {
  if (!node) return t.skip('skipped: needs the node, built in Release or named by HEALTHLEDGER_NODE');
  await body(t);
});

withNode('a receipt proves its entry with the genesis alone, and every altered byte of it is refused', async () => {
  const proved = await verifyReceipt(receipt, genesis);
  assert.equal(proved.outcome, 'applied');
  assert.ok(proved.voters.length >= genesis.quorum);
  for (let i = 0; i < receipt.length; i++) {
    for (const flip of [0x01, 0x80]) {
      const altered = receipt.slice();
      altered[i] ^= flip;
      await assert.rejects(verifyReceipt(altered, genesis), Refusal, `byte ${i}`);
    }
  }
});

withNode('a COSE library that is not ours accepts our statements, and refuses altered ones', async () => {
  const map = decode(receipt, 'receipt');
  const statement = map.get(2), key = await jwkOf(map.get(13)[1]);
  await Sign1.decode(statement).verify(key);
  const altered = statement.slice();
  altered[altered.length - 1] ^= 1;
  await assert.rejects(Sign1.decode(altered).verify(key));
});

withNode('a COSE library that is not ours accepts the COSE receipt of a transparent statement over the root that its path leads to', async () => {
  const [, id] = /receipts\/([0-9a-f]{64})/.exec(link);
  const transparent = decode(await bytesAt(`/ledger/statements/${id}`), 'statement');
  assert.ok(transparent instanceof Tagged && transparent.tag === 18);
  const [protectedBytes, unprotected, payload, signature] = transparent.value;
  const [coseReceipt] = unprotected.get(394);
  // The leaf is the statement as it was submitted, with an empty unprotected header.
  const submitted = concat(new Uint8Array([0xd2, 0x84]), encode(protectedBytes), new Uint8Array([0xa0]), encode(payload), encode(signature));
  assert.equal(hex((await readStatement(submitted, 'statement')).id), id);

  const [receiptProtected, receiptUnprotected] = decode(coseReceipt, 'receipt').value;
  const header = decode(receiptProtected, 'receipt');
  assert.equal(header.get(395), 1);
  const member = genesis.members.find((candidate) => equal(candidate.keyId, header.get(4)));
  const [size, index, path] = decode(receiptUnprotected.get(396).get(-1)[0], 'proof');
  const root = await rootOfPath(await leafHash(submitted), index, size, path, 'proof');
  await Sign1.decode(coseReceipt).verify(await jwkOf(member.validator), { detachedPayload: root });
  root[0] ^= 1;
  await assert.rejects(Sign1.decode(coseReceipt).verify(await jwkOf(member.validator), { detachedPayload: root }));
});

withNode('the checkpoint is cosigned by a quorum, its tiles give its root, and an altered note is refused', async () => {
  let note = null;
  for (const until = Date.now() + 20_000; note === null && Date.now() < until;) {
    const answer = await fetch(`${node.address}/ledger/checkpoint`);
    if (answer.ok) note = await answer.text();
    else await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const checkpoint = await verifyCheckpoint(note, genesis);
  assert.ok(checkpoint.cosigners.length >= genesis.quorum && checkpoint.size < 256);
  const tile = await bytesAt(`/ledger/tile/0/000.p/${checkpoint.size}`);
  const hashes = Array.from({ length: checkpoint.size }, (_, i) => tile.subarray(32 * i, 32 * i + 32));
  const entries = await bytesAt(`/ledger/tile/entries/000.p/${checkpoint.size}`);
  for (let i = 0, at = 0; i < checkpoint.size; i++) {
    const length = entries[at] * 256 + entries[at + 1];
    assert.ok(equal(await leafHash(entries.subarray(at + 2, at + 2 + length)), hashes[i]), `leaf ${i}`);
    at += 2 + length;
  }
  assert.ok(equal(await rootOfHashes(hashes), checkpoint.root));
  await assert.rejects(verifyCheckpoint(note.replace(`\n${checkpoint.size}\n`, `\n${checkpoint.size + 1}\n`), genesis), Refusal);
});

withNode('a proof for another leaf is refused', async () => {
  const map = decode(receipt, 'receipt');
  await assert.rejects(checkInclusion(await leafHash(new Uint8Array([1])), map.get(7), map.get(7) + 2, map.get(8), new Uint8Array(32), 'proof'), Refusal);
});
