// A receipt (FORMATS.md section 5), checked against one configuration that is known to be right.
import { equal } from './bytes.js';
import { decode, encode } from './cbor.js';
import { checkCommitCertificate } from './certificate.js';
import { keyId } from './crypto.js';
import { readHeader } from './header.js';
import { checkInclusion, leafHash } from './merkle.js';
import { require } from './refusal.js';
import * as shape from './shape.js';
import { readEvent, readStatement, shardOf, verifyStatement } from './statement.js';

const KINDS = ['applied', 'duplicate', 'refused', 'permitted', 'denied'];

export const OWN_BYTES_MAX = 128 * 1024;

/** The fields of a receipt; nothing in them is checked yet. */
export function readReceipt(file, name) {
  const map = shape.map(decode(file, name), name, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  require(map.get(1) === 'healthledger/receipt/v1', `${name}.1`, 'another format or version');
  return map;
}

/** Checks all but the list of configurations. @param map what readReceipt returned @param configuration the one that is to have certified it */
export async function checkReceipt(map, genesis, configuration, name) {
  const statement = await readStatement(shape.bytes(map.get(2), `${name}.2`), `${name}.2`);
  require(statement.network === genesis.network, `${name}.2`, 'of another network');
  require(statement.shard <= genesis.shards, `${name}.2`, 'no such shard');
  const signer = shape.key(map.get(13), `${name}.13`, -7);
  require(equal(await keyId(signer), statement.kid), `${name}.13`, 'not the key that the statement names');
  require(await verifyStatement(statement, signer, `${name}.2`), `${name}.2`, 'the signature does not verify');
  const index = shape.uint(map.get(3), `${name}.3`);
  require(index < statement.count, `${name}.3`, 'the statement has fewer events');

  const { eventHash, event } = await readEventOrErased(map.get(4), `${name}.4`);
  if (event !== null)
    require(await shardOf(event.subject, genesis.shards) === statement.shard, `${name}.4.2`, 'the subject belongs to another shard');
  const eventsPath = shape.hashes(map.get(6), `${name}.6`, 10);
  await checkInclusion(eventHash, index, statement.count, eventsPath, statement.eventsRoot, `${name}.6`);

  const headers = [];
  for (const [i, item] of shape.array(map.get(10), `${name}.10`, 2, 64).entries())
    headers.push(await readHeader(shape.bytes(item, `${name}.10[${i}]`), genesis, `${name}.10[${i}]`));
  for (const [i, header] of headers.entries()) {
    require(header.shard === statement.shard, `${name}.10[${i}].3`, 'of another shard than the statement');
    if (i === 0) continue;
    require(equal(header.parent, headers[i - 1].hash), `${name}.10[${i}].5`, 'does not follow the header before it');
    require(header.height === headers[i - 1].height + 1, `${name}.10[${i}].4`, 'not the next height');
    require(header.time >= headers[i - 1].time && header.treeSize >= headers[i - 1].treeSize, `${name}.10[${i}]`, 'time or tree goes back');
    require([0, 1].includes(header.config - headers[i - 1].config), `${name}.10[${i}].2`, 'neither its parent\'s configuration nor the one after');
  }
  const [parent, block] = headers, certified = headers.at(-1);
  require(certified.config === configuration.number, `${name}.11`, 'of another configuration than the header that it certifies');
  const voters = await checkCommitCertificate(map.get(11), configuration, certified.shard, certified.height, certified.hash, `${name}.11`);

  const statementLeaf = shape.uint(map.get(7), `${name}.7`);
  const leaf = statementLeaf + 1 + index;
  require(statementLeaf >= parent.treeSize && leaf < block.treeSize, `${name}.7`, 'not among the leaves that its block added');
  const outcome = shape.map(map.get(5), `${name}.5`, [1], [2, 3, 4, 5, 6]);
  const kind = KINDS[shape.uint(outcome.get(1), `${name}.5.1`, KINDS.length - 1)];
  const statementPath = shape.hashes(map.get(8), `${name}.8`), entryPath = shape.hashes(map.get(9), `${name}.9`);
  await checkInclusion(await leafHash(statement.bytes), statementLeaf, certified.treeSize, statementPath, certified.treeRoot, `${name}.8`);
  const entry = encode([eventHash, outcome]);
  await checkInclusion(await leafHash(entry), leaf, certified.treeSize, entryPath, certified.treeRoot, `${name}.9`);
  return { config: configuration.number, blockConfig: block.config, root: outcome.get(5) ?? null, shard: block.shard, height: block.height, time: block.time, leaf, issuer: statement.issuer, statementId: statement.id,
    event, eventHash, outcome: kind, reason: outcome.get(2) ?? null, voters };
}

/** An event, or `[hash]` where its body is erased or withheld. */
async function readEventOrErased(item, place) {
  if (Array.isArray(item)) return { eventHash: shape.hash(shape.array(item, place, 1, 1)[0], place), event: null };
  return { event: readEvent(shape.bytes(item, place), place), eventHash: await leafHash(item) };
}
