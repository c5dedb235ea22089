// The genesis file (FORMATS.md section 5): the one thing a verifier trusts.
import { decode, encode } from './cbor.js';
import { domainHash, keyId, verifyDomain } from './crypto.js';
import { base32 } from './bytes.js';
import { require } from './refusal.js';
import * as shape from './shape.js';

const DOMAIN = 'healthledger/genesis/v1';

/** Checks the file and every founder's signature. @param {Uint8Array} file */
export async function readGenesis(file) {
  const [body, signatures] = shape.array(decode(file, 'genesis'), 'genesis', 2, 2);
  shape.bytes(body, 'genesis[0]');
  const map = shape.map(decode(body, 'genesis[0]'), 'genesis[0]', [1, 2, 3, 4, 5, 6], [7]);
  require(map.get(1) === DOMAIN, 'genesis.1', 'another format or version');
  const network = shape.text(map.get(2), 'genesis.2');
  require(/^[a-z][a-z0-9-]{2,39}$/.test(network), 'genesis.2', 'not a network name');
  const shards = shape.uint(map.get(4), 'genesis.4', 1024);
  require(shards >= 1, 'genesis.4', 'at least one shard');
  const members = [];
  for (const [i, item] of shape.array(map.get(6), 'genesis.6', 1, 13).entries()) members.push(await readMember(item, network, `genesis.6[${i}]`));
  const seals = shape.array(signatures, 'genesis[1]', members.length, members.length);
  for (const [i, item] of seals.entries()) {
    const place = `genesis[1][${i}]`;
    const [member, sig] = shape.array(item, place, 2, 2);
    require(member === i, place, 'every founder signs, in order');
    const ok = await verifyDomain(members[i].identity, DOMAIN, body, shape.signature(sig, place), place);
    require(ok, place, 'the signature does not verify');
  }
  return { hash: await domainHash(DOMAIN, body), network, created: shape.uint(map.get(3), 'genesis.3'), shards,
    rulesVersion: shape.uint(map.get(5), 'genesis.5'), members, quorum: quorumOf(members.length) };
}

/** q = (n + f) / 2 rounded down, plus 1. */
export function quorumOf(n) {
  const f = Math.floor((n - 1) / 3);
  return Math.floor((n + f) / 2) + 1;
}

/** A member's entry, whose identity key must have certified the others for this network. */
export async function readMember(item, network, place) {
  const map = shape.map(item, place, [1, 2, 3, 4, 5, 6, 7]);
  const identity = shape.key(map.get(2), `${place}.2`, -7);
  const validator = shape.key(map.get(3), `${place}.3`, -7);
  const transport = shape.key(map.get(4), `${place}.4`, -7), sealing = shape.key(map.get(5), `${place}.5`, 16);
  const certified = encode([network, map.get(3), map.get(4), map.get(5)]);
  const ok = await verifyDomain(identity, 'healthledger/member-keys/v1', certified, shape.signature(map.get(7), `${place}.7`), place);
  require(ok, `${place}.7`, 'the identity key did not certify these keys');
  const id = base32(await domainHash('healthledger/did/v1', encode(map.get(2))));
  return { name: shape.text(map.get(1), `${place}.1`), did: `did:healthledger:${network}:${id}`, identity, validator, transport, sealing, keyId: await keyId(validator) };
}
