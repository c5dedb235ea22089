// Configurations after the genesis (FORMATS.md section 5): each is proved by the receipt of the entry that decided it, certified by the one before.
import { equal } from './bytes.js';
import { decode, encode } from './cbor.js';
import { domainHash } from './crypto.js';
import { quorumOf, readMember } from './genesis.js';
import { checkReceipt, OWN_BYTES_MAX, readReceipt } from './receipt-check.js';
import { require } from './refusal.js';
import * as shape from './shape.js';

const DOMAIN = 'healthledger/configuration/v1';
const BYTES_MAX = 32 * 1024, LIST_BYTES_MAX = 32 << 20;
const PROPOSE = 910, APPROVE = 911;

/** The list of configurations that begins and ends with the genesis's. */
export const founders = (genesis) => [{ number: 0, network: genesis.network, hash: genesis.hash, rulesVersion: genesis.rulesVersion, members: genesis.members,
  quorum: genesis.quorum, decidedHeight: 0 }];

/** A file of proofs from number 1 on. @returns all configurations, the genesis's first; or throws a Refusal. @param {Uint8Array} file */
export async function readHistory(file, genesis, name = 'configurations') {
  require(file.length <= LIST_BYTES_MAX, name, 'too large');
  return appendConfigurations(founders(genesis), shape.array(decode(file, name), name, 0, 4096), genesis, name);
}

/** Checks proofs one after the other, each by the configuration before it. */
export async function appendConfigurations(configurations, list, genesis, place) {
  const all = [...configurations];
  for (const [i, item] of list.entries()) all.push(await readProof(item, all.at(-1), genesis, `${place}[${i}]`));
  return all;
}

/** How many bytes a list of proofs takes up where it stands. */
export function lengthOfProofs(list, place) {
  const head = (length) => (length < 24 ? 1 : length < 256 ? 2 : length < 65536 ? 3 : 5);
  let total = head(list.length);
  for (const [i, item] of list.entries()) {
    const parts = shape.array(item, `${place}[${i}]`, 2, 2);
    total += 1 + parts.reduce((sum, part) => sum + head(shape.bytes(part, `${place}[${i}]`).length) + part.length, 0);
  }
  require(total <= LIST_BYTES_MAX, place, 'too large');
  return total;
}

async function readProof(item, before, genesis, place) {
  const [bytes, receipt] = shape.array(item, place, 2, 2);
  const configuration = await readConfiguration(shape.bytes(bytes, `${place}[0]`), before, `${place}[0]`);
  const name = `${place}[1]`;
  require(shape.bytes(receipt, name).length <= OWN_BYTES_MAX, name, 'too large');
  const map = readReceipt(receipt, name);
  require(shape.array(map.get(12), `${name}.12`).length === 0, `${name}.12`, 'a receipt in a proof brings no configurations of its own');
  const proved = await checkReceipt(map, genesis, before, name);
  require(proved.shard === 0 && proved.blockConfig === before.number, `${name}.10[1]`, 'not decided in shard 0 under the configuration before');
  require(proved.height > before.decidedHeight, `${name}.10[1]`, 'decided before the one that it follows');
  require(proved.outcome === 'applied' && proved.root !== null && equal(shape.hash(proved.root, `${name}.5.5`), configuration.hash), `${name}.5`, 'did not decide this configuration');
  require(proved.event !== null && names(proved.event, bytes, configuration.hash), `${name}.4`, 'neither proposes nor approves this configuration');
  return { ...configuration, decidedHeight: proved.height };
}

async function readConfiguration(bytes, before, place) {
  require(bytes.length <= BYTES_MAX, place, 'too large');
  const map = shape.map(decode(bytes, place), place, [1, 2, 3, 4, 5, 6, 7]);
  require(map.get(1) === DOMAIN, `${place}.1`, 'another format or version');
  require(map.get(2) === before.network, `${place}.2`, 'of another network');
  require(map.get(3) === before.number + 1, `${place}.3`, 'not the next number');
  require(equal(shape.hash(map.get(7), `${place}.7`), before.hash), `${place}.7`, 'does not follow the one before it');
  const members = [];
  for (const [i, item] of shape.array(map.get(5), `${place}.5`, 1, 13).entries()) members.push(await readMember(item, before.network, `${place}.5[${i}]`));
  for (const kind of ['identity', 'validator', 'transport', 'sealing'])
    require(new Set(members.map((member) => member[kind].join())).size === members.length, `${place}.5`, `two members have the same ${kind} key`);
  for (const [i, item] of shape.array(map.get(6), `${place}.6`, 0, 64).entries()) checkOrganization(item, `${place}.6[${i}]`);
  return { number: before.number + 1, network: before.network, hash: await domainHash(DOMAIN, bytes), rulesVersion: shape.uint(map.get(4), `${place}.4`),
    members, quorum: quorumOf(members.length) };
}

// One without signing keys and roles is withdrawn.
function checkOrganization(item, place) {
  const map = shape.map(item, place, [1, 2, 3, 4, 5]);
  shape.text(map.get(1), `${place}.1`);
  shape.key(map.get(2), `${place}.2`, -7);
  const signing = shape.array(map.get(3), `${place}.3`, 0, 16);
  for (const [i, key] of signing.entries()) shape.key(key, `${place}.3[${i}]`, -7);
  shape.key(map.get(4), `${place}.4`, 16);
  require((shape.uint(map.get(5), `${place}.5`, 511) === 0) === (signing.length === 0), `${place}.5`, 'keys without roles, or roles without keys');
}

function names(event, configuration, hash) {
  if (event.subject !== 'directory') return false;
  if (event.type === PROPOSE) return equal(encode(event.body), configuration);
  return event.type === APPROVE && event.body.size === 1 && event.body.get(1) instanceof Uint8Array && equal(event.body.get(1), hash);
}
