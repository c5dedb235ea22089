// A signed statement (FORMATS.md section 1): COSE_Sign1 with exactly our headers.
import { concat } from './bytes.js';
import { decode, encode, Tagged } from './cbor.js';
import { domainHash, sha256, verify } from './crypto.js';
import { require } from './refusal.js';
import * as shape from './shape.js';

/** Reads a statement. The signature is checked by {@link verifyStatement}, for whoever has the signer's key. */
export async function readStatement(encoded, place) {
  const tagged = decode(encoded, place);
  require(tagged instanceof Tagged && tagged.tag === 18, place, 'expected COSE_Sign1');
  const [protectedBytes, unprotected, payload, signature] = shape.array(tagged.value, place, 4, 4);
  require(unprotected instanceof Map && unprotected.size === 0, place, 'the unprotected header is not empty');
  shape.bytes(signature, `${place}.signature`, 64);
  const header = shape.map(decode(shape.bytes(protectedBytes, place), `${place}.protected`), `${place}.protected`, [1, 3, 4, 15]);
  require(header.get(1) === -7, `${place}.protected.1`, 'expected ES256');
  require(header.get(3) === 'application/healthledger-statement+cbor', `${place}.protected.3`, 'another content type');
  const kid = shape.hash(header.get(4), `${place}.protected.4`);
  const claims = shape.map(header.get(15), `${place}.protected.15`, [1, 2]);
  const p = `${place}.payload`;
  const map = shape.map(decode(shape.bytes(payload, place), p), p, [1, 2, 3, 4, 5, 6, 7], [8, 9]);
  const network = shape.text(map.get(1), `${p}.1`), shard = shape.uint(map.get(2), `${p}.2`);
  const issuer = shape.text(claims.get(1), `${place}.protected.15.1`);
  require(issuer.startsWith(`did:healthledger:${network}:`), `${place}.protected.15.1`, 'the issuer is of another network');
  require(claims.get(2) === `urn:healthledger:${network}:${shard}`, `${place}.protected.15.2`, 'the subject does not name network and shard');
  shape.bytes(map.get(7), `${p}.7`, 16);
  if (map.has(8)) shape.uint(map.get(8), `${p}.8`);
  if (map.has(9)) require(map.get(9) === true, `${p}.9`, 'atomic is true or absent');
  const issuedAt = shape.uint(map.get(5), `${p}.5`), notAfter = shape.uint(map.get(6), `${p}.6`);
  require(notAfter >= issuedAt && notAfter - issuedAt <= 86_400_000, `${p}.6`, 'valid for more than 24 hours');
  return { bytes: encoded, network, shard, issuer, kid, issuedAt, notAfter, protectedBytes, payload, signature,
    count: shape.uint(map.get(3), `${p}.3`, 1024), eventsRoot: shape.hash(map.get(4), `${p}.4`),
    id: await domainHash('healthledger/statement-id/v1', concat(encode(protectedBytes), encode(payload))) };
}

/** True when `point` signed the statement [RFC 9052 §4.4]. */
export const verifyStatement = (statement, point, place) =>
  verify(point, encode(['Signature1', statement.protectedBytes, new Uint8Array(), statement.payload]), statement.signature, place);

/** Reads an event (section 1). */
export function readEvent(encoded, place) {
  const map = shape.map(decode(encoded, place), place, [1, 2, 3, 4]);
  require(encoded.length <= 32768, place, 'larger than 32 KiB');
  shape.bytes(map.get(3), `${place}.3`, 16);
  require(map.get(4) instanceof Map, `${place}.4`, 'expected a map');
  return { type: shape.uint(map.get(1), `${place}.1`), subject: shape.text(map.get(2), `${place}.2`), body: map.get(4), bytes: encoded };
}

/** The shard of a subject (section 1). */
export async function shardOf(subject, shards) {
  if (subject === 'directory') return 0;
  const digest = await sha256(new TextEncoder().encode(subject));
  const first = new DataView(digest.buffer, digest.byteOffset).getBigUint64(0);
  return 1 + Number(first % BigInt(shards));
}
