// A block file (FORMATS.md section 3): header and body, held against the hash that was told.
import { equal } from './bytes.js';
import { decode, encode } from './cbor.js';
import { readHeader } from './header.js';
import { leafHash, rootOfHashes } from './merkle.js';
import { require } from './refusal.js';
import * as shape from './shape.js';
import { readEvent, readStatement, shardOf } from './statement.js';

const SUBMISSION = 0, CHECKPOINT = 1, STOP = 2, ERASED = 3;

/**
 * Checks that the body is the one the header names, every statement's events are those under its root and of its shard, and the header has the hash.
 * Signatures need the signers' keys and rules the state before: those are the audit's.
 */
export async function verifyBlock(file, genesis, hash, name = 'block') {
  const [headerBytes, body] = shape.array(decode(file, name), name, 2, 2);
  const header = await readHeader(shape.bytes(headerBytes, `${name}.header`), genesis, `${name}.header`);
  require(equal(header.hash, hash), `${name}.header`, 'not the hash that was told');
  const leaves = [];
  let statements = 0, entries = 0;
  for (const [i, item] of shape.array(body, `${name}.body`).entries()) {
    const place = `${name}.body[${i}]`;
    const kind = shape.uint(shape.array(item, place, 2, 3)[0], place, ERASED);
    if (kind === SUBMISSION || kind === ERASED) {
      entries += await addSubmission(item, kind, header, genesis, leaves, place);
      statements++;
    } else {
      require(item.length === 2 && kind === STOP || (kind === CHECKPOINT && header.shard === 0), place, 'an item that does not belong into this shard');
      if (kind === STOP) require(body.length === 1, place, 'a stop sign that is not alone');
      leaves.push(await leafHash(encode(item)));
    }
  }
  require(equal(await rootOfHashes(leaves), header.bodyRoot), `${name}.body`, 'not the body that the header names');
  return { shard: header.shard, height: header.height, statements, entries };
}

async function addSubmission(item, kind, header, genesis, leaves, place) {
  require(item.length === 3, place, 'expected a statement and its events');
  const statement = await readStatement(shape.bytes(item[1], `${place}[1]`), `${place}[1]`);
  require(statement.network === header.network && statement.shard === header.shard, `${place}[1]`, 'of another network or shard');
  const events = shape.array(item[2], `${place}[2]`, statement.count, statement.count), hashes = [];
  for (const [i, event] of events.entries()) {
    const at = `${place}[2][${i}]`;
    if (kind === ERASED && Array.isArray(event)) {
      hashes.push(shape.hash(shape.array(event, at, 1, 1)[0], at));
      continue;
    }
    const read = readEvent(shape.bytes(event, at), at);
    require(await shardOf(read.subject, genesis.shards) === header.shard, at, 'the subject belongs to another shard');
    hashes.push(await leafHash(event));
  }
  require(equal(await rootOfHashes(hashes), statement.eventsRoot), `${place}[2]`, 'not the events that the statement covers');
  leaves.push(await leafHash(item[1]));
  for (const hash of hashes) leaves.push(await leafHash(hash));
  return events.length;
}
