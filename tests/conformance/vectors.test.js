// The second implementation against the vectors beside FORMATS.md, which the first one made: both must find the same in them, and both
// must refuse them altered.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { equal, fromHex, hex } from './verifier/bytes.js';
import { decode, encode } from './verifier/cbor.js';
import { checkCommitCertificate } from './verifier/certificate.js';
import { verifyCheckpoint } from './verifier/checkpoint.js';
import { founders, readHistory } from './verifier/configuration.js';
import { domainHash, verify } from './verifier/crypto.js';
import { readGenesis } from './verifier/genesis.js';
import { readHeader } from './verifier/header.js';
import { leafHash, rootOf, rootOfHashes, rootOfPath } from './verifier/merkle.js';
import { verifyReceipt } from './verifier/receipt.js';
import { Refusal } from './verifier/refusal.js';
import { readEvent, readStatement, shardOf, verifyStatement } from './verifier/statement.js';

const KINDS = ['applied', 'duplicate', 'refused', 'permitted', 'denied'];

function vector(name) {
  const read = JSON.parse(readFileSync(new URL(`../../src/HealthLedger.Protocol/vectors/${name}.json`, import.meta.url), 'utf8'));
  return { ...read, bytes: read.bytes === undefined ? null : fromHex(read.bytes) };
}

const genesis = await readGenesis(vector('genesis').bytes);

test('the genesis names its members and its hash', () => {
  const { facts } = vector('genesis');
  assert.equal(hex(genesis.hash), facts.hash);
  assert.equal(genesis.quorum, facts.quorum);
  assert.deepEqual(genesis.members.map((m) => m.did), facts.memberDids);
  assert.deepEqual(genesis.members.map((m) => hex(m.validator)), facts.validators);
});

test('an event and a statement have the same hash and identity in both', async () => {
  const event = vector('event');
  const read = readEvent(event.bytes, 'event');
  assert.equal(hex(await leafHash(event.bytes)), event.facts.hash);
  assert.equal(await shardOf(read.subject, 4), event.facts.shardOf4);
  const { bytes, facts } = vector('statement');
  const statement = await readStatement(bytes, 'statement');
  assert.equal(hex(statement.id), facts.id);
  assert.equal(hex(statement.kid), facts.keyId);
  assert.equal(statement.issuer, facts.issuer);
  assert.ok(await verifyStatement(statement, fromHex(facts.signer), 'statement'));
  const [inner, events] = decode(vector('submission').bytes, 'submission');
  assert.ok(equal(inner, bytes));
  assert.equal(hex(await rootOf(events)), facts.eventsRoot);
});

test('headers, bodies and leaves hash alike', async () => {
  const { bytes, facts } = vector('header');
  assert.equal(hex((await readHeader(bytes, genesis, 'header')).hash), facts.hash);
  for (const name of ['block', 'block-stored', 'block-checkpoint', 'block-stop']) {
    const block = vector(name);
    const [header, items] = decode(block.bytes, name);
    assert.equal(hex(await domainHash('healthledger/header/v1', header)), block.facts.hash);
    assert.equal(hex(await bodyRoot(items)), block.facts.bodyRoot, name);
  }
  const [, [[, heads]]] = decode(vector('block-checkpoint').bytes, 'block');
  assert.equal(hex(await rootOf(heads.map(encode))), vector('block-checkpoint').facts.headsRoot);
  for (const name of ['leaf-entry', 'leaf-genesis', 'vote']) assert.equal(hex(await leafHash(vector(name).bytes)), vector(name).facts.leafHash, name);
});

async function bodyRoot(items) {
  const leaves = [];
  for (const item of items) {
    if (item[0] !== 0 && item[0] !== 3) {
      leaves.push(await leafHash(encode(item)));
      continue;
    }
    leaves.push(await leafHash(item[1]));
    for (const event of item[2]) leaves.push(await leafHash(Array.isArray(event) ? event[0] : await leafHash(event)));
  }
  return rootOfHashes(leaves);
}

test('a certificate holds for its block alone', async () => {
  const { bytes, facts } = vector('certificate');
  const certificate = decode(bytes, 'certificate'), shard = certificate.get(3), [configuration] = founders(genesis);
  assert.deepEqual(await checkCommitCertificate(certificate, configuration, shard, facts.height, fromHex(facts.block), 'certificate'), facts.members);
  await assert.rejects(checkCommitCertificate(certificate, configuration, shard, facts.height, genesis.hash, 'certificate'), Refusal);
});

for (const name of ['receipt', 'receipt-withheld', 'receipt-across']) {
  test(`${name}: both find the same facts`, async () => {
    const { bytes, facts } = vector(name);
    const proved = await verifyReceipt(bytes, genesis);
    for (const fact of ['shard', 'height', 'time', 'leaf', 'issuer', 'voters']) assert.deepEqual(proved[fact], facts[fact], fact);
    assert.equal(hex(proved.statementId), facts.statementId);
    assert.equal(hex(proved.eventHash), facts.eventHash);
    assert.equal(proved.event === null, facts.event === null);
    assert.equal(proved.outcome, KINDS[facts.outcome]);
    assert.equal(proved.config, facts.configuration);
  });

  test(`${name}: no byte can change unnoticed`, async () => {
    const { bytes } = vector(name);
    // A proof of later configurations is large: one byte in seven of it, the structure at its start whole.
    for (let i = 0; i < bytes.length; i += i < 64 || name !== 'receipt-across' ? 1 : 7) {
      const altered = Uint8Array.from(bytes);
      altered[i] ^= 1 << (i % 8);
      await assert.rejects(verifyReceipt(altered, genesis), Refusal, `byte ${i}`);
    }
  });
}

test('a history has the same configurations in both, and bytes altered anywhere in it are noticed', async () => {
  const { bytes, facts } = vector('configuration-history'), one = vector('configuration').facts;
  const configurations = await readHistory(bytes, genesis);
  assert.deepEqual(configurations.map((c) => hex(c.hash)), facts.hashes);
  assert.deepEqual(configurations.map((c) => c.decidedHeight), facts.decidedHeights);
  assert.deepEqual([hex(configurations[1].hash), configurations[1].quorum, configurations[1].members.map((m) => hex(m.validator))], [one.hash, one.quorum, one.validators]);
  for (let i = 0; i < bytes.length; i += i < 64 ? 1 : 7) {
    const altered = Uint8Array.from(bytes);
    altered[i] ^= 1 << (i % 8);
    await assert.rejects(readHistory(altered, genesis), Refusal, `byte ${i}`);
  }
});

test('a receipt across configurations needs all of them, in order, and no others', async () => {
  const map = decode(vector('receipt-across').bytes, 'receipt'), list = map.get(12);
  const withList = (other) => encode(new Map([...map].map(([key, value]) => [key, key === 12 ? other : value])));
  assert.equal((await verifyReceipt(withList(list), genesis)).config, 2);
  for (const other of [[], [list[0]], [list[1]], [list[1], list[0]], [list[0], list[0]], [...list, list[1]]])
    await assert.rejects(verifyReceipt(withList(other), genesis), Refusal, `${other.length} proofs`);
  const known = await readHistory(vector('configuration-history').bytes, genesis);
  assert.equal((await verifyReceipt(withList([]), genesis, 'receipt', known)).config, 2);
});

test('a checkpoint of later members needs their configuration, and counts no founder that left', async () => {
  const { text, facts } = vector('checkpoint-across'), known = await readHistory(vector('configuration-history').bytes, genesis);
  const checkpoint = await verifyCheckpoint(text, genesis, 'checkpoint', known);
  assert.deepEqual([checkpoint.config, checkpoint.size, hex(checkpoint.root), checkpoint.cosigners], [facts.configuration, facts.size, facts.root, [0, 1, 2]]);
  await assert.rejects(verifyCheckpoint(text, genesis), Refusal);
  await assert.rejects(verifyCheckpoint(text.replaceAll('/2/', '/1/'), genesis, 'checkpoint', known), Refusal);
});

test('a checkpoint is cosigned by the same members in both', async () => {
  const { text, facts } = vector('checkpoint');
  const checkpoint = await verifyCheckpoint(text, genesis);
  assert.deepEqual([checkpoint.origin, checkpoint.size, hex(checkpoint.root)], [facts.origin, facts.size, facts.root]);
  assert.deepEqual(checkpoint.cosigners, [0, 1, 2]);
});

test('a COSE receipt signs the root that its path leads to', async () => {
  const { bytes, facts } = vector('cose-receipt');
  const [header, unprotected, payload, signature] = decode(bytes, 'receipt').value;
  assert.equal(payload, null);
  const [size, index, path] = decode(unprotected.get(396).get(-1)[0], 'proof');
  assert.equal(hex(await rootOfPath(fromHex(facts.leafHash), index, size, path, 'proof')), facts.root);
  assert.ok(await verify(fromHex(facts.validator), encode(['Signature1', header, new Uint8Array(), fromHex(facts.root)]), signature, 'receipt'));
});

test('vault objects have the same names', async () => {
  for (const name of ['content', 'manifest', 'wrapped-keys', 'envelope', 'sealed-key', 'predecessor', 'sealed-record-keys', 'deposit-card', 'note']) {
    const { bytes, facts } = vector(`object-${name}`);
    assert.equal(hex(await domainHash('healthledger/object/v1', bytes)), facts.objectName, name);
    decode(bytes, name);
  }
});
