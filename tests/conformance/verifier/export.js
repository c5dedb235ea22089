// A patient's whole record as one file (FORMATS.md section 9), checked with nothing but the genesis.
import { equal } from './bytes.js';
import { decode, encode } from './cbor.js';
import { readHistory } from './configuration.js';
import { domainHash, verifyDomain } from './crypto.js';
import { readGenesis } from './genesis.js';
import { verifyReceipt } from './receipt.js';
import { require } from './refusal.js';
import * as shape from './shape.js';

const DOMAIN = 'healthledger/export/v1';
const ITEM_BYTES_MAX = 40 << 20;
const RECORD_EVENTS = [300, 301];
const KIND = { content: 1, manifest: 2 };

/**
 * @param {Uint8Array} file
 * @param genesis what readGenesis returned; the file's own genesis must be the same one
 * @returns what the export proves: the patient, entries and records; or throws a Refusal that names the item.
 */
export async function verifyExport(file, genesis) {
  const items = split(file);
  require(items.length >= 2, 'export', 'the end is missing');
  const header = shape.map(decode(items[0], 'header'), 'header', [1, 2, 3, 4, 5], [6, 7]);
  require(header.get(1) === DOMAIN, 'header.1', 'another format or version');
  const own = await readGenesis(shape.bytes(header.get(2), 'header.2'));
  require(equal(own.hash, genesis.hash), 'header.2', 'of another network');
  const did = shape.text(header.get(3), 'header.3');
  shape.uint(header.get(4), 'header.4');
  const mode = shape.uint(header.get(5), 'header.5', 2);
  require(mode >= 1, 'header.5', 'an unknown mode');
  if (header.has(6)) shape.text(header.get(6), 'header.6');
  const known = header.has(7) ? await readHistory(shape.bytes(header.get(7), 'header.7'), genesis, 'header.7') : undefined;

  let before = await itemHash(items[0]), leaf = -1, records = 0;
  for (let i = 1; i < items.length - 1; i++) {
    const place = `entry ${i}`;
    const entry = shape.map(decode(items[i], place), place, [1, 2], [3, 4, 5]);
    require(equal(shape.hash(entry.get(1), `${place}.1`), before), `${place}.1`, 'the item before is not the one this was written after');
    const proved = await verifyReceipt(shape.bytes(entry.get(2), `${place}.2`), genesis, `${place}.2`, known);
    require(proved.event !== null && proved.event.subject === did, `${place}.2`, 'not an entry under this patient');
    require(proved.leaf > leaf, `${place}.2`, 'entries not ascending by leaf');
    leaf = proved.leaf;
    if (await checkContent(entry, proved, mode, place)) records++;
    before = await itemHash(items[i]);
  }
  await checkEnd(items.at(-1), before, items.length - 2);
  return { did, entries: items.length - 2, records };
}

const itemHash = (item) => domainHash(DOMAIN, item);

// The CBOR byte strings of the sequence; shortest lengths, nothing between them.
function split(file) {
  const items = [];
  for (let at = 0; at < file.length;) {
    const place = `item ${items.length}`;
    const initial = file[at];
    require(initial >> 5 === 2 && (initial & 31) < 27, place, 'not a byte string');
    const info = initial & 31, width = info < 24 ? 0 : 1 << (info - 24);
    let length = width === 0 ? info : 0;
    for (let i = 0; i < width; i++) length = length * 256 + (file[at + 1 + i] ?? NaN);
    const smallest = width === 0 ? 0 : width === 1 ? 24 : 256 ** (width / 2);
    require(length >= smallest && length <= ITEM_BYTES_MAX && at + 1 + width + length <= file.length, place, 'a length that is not shortest, too large, or beyond the file');
    items.push(file.subarray(at + 1 + width, at + 1 + width + length));
    at += 1 + width + length;
  }
  return items;
}

// True where the entry carries a record; its parts must be the ones that the event names.
async function checkContent(entry, proved, mode, place) {
  const { event } = proved;
  const carries = [3, 4, 5].filter((key) => entry.has(key));
  if (carries.length === 0) return false;
  require(RECORD_EVENTS.includes(event.type), place, 'content beside an entry that is no record');
  require(entry.has(3) && entry.has(4) && entry.has(5) === (mode === 1), place, 'parts are missing or too many');
  const manifest = shape.bytes(entry.get(3), `${place}.3`), content = shape.bytes(entry.get(4), `${place}.4`);
  const keys = mode === 1 ? shape.bytes(entry.get(5), `${place}.5`, 64) : null;
  const commitments = shape.array(event.body.get(10), `${place}.2`, 2, 2);
  const parts = [['manifest', manifest, 6, 3, 0], ['content', content, 7, 4, 1]];
  for (const [kind, bytes, named, key, i] of parts) {
    let object = bytes;
    if (keys !== null) {
      const secret = keys.subarray(32 * i, 32 * i + 32);
      require(equal(await domainHash('healthledger/key/v1', secret), commitments[i]), `${place}.5`, `not the key of the ${kind}`);
      object = await seal(KIND[kind], secret, bytes);
    }
    require(equal(await domainHash('healthledger/object/v1', object), event.body.get(named)), `${place}.${key}`, `not the ${kind} that the event names`);
  }
  return true;
}

// Each key seals once, under a nonce of zeros, so sealing again gives the same object.
async function seal(kind, secret, plaintext) {
  const key = await globalThis.crypto.subtle.importKey('raw', secret, 'AES-GCM', false, ['encrypt']);
  const sealed = await globalThis.crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12), additionalData: new Uint8Array([kind]) }, key, plaintext);
  return encode([kind, new Uint8Array(sealed)]);
}

async function checkEnd(item, before, entries) {
  const [map, point, sig] = shape.array(decode(item, 'end'), 'end', 3, 3);
  const end = shape.map(decode(shape.bytes(map, 'end'), 'end'), 'end', [1, 2, 3]);
  require(equal(shape.hash(end.get(1), 'end.1'), before), 'end.1', 'the item before is not the one this was written after');
  require(end.get(2) === entries, 'end.2', 'another number of entries');
  for (const keys of shape.array(end.get(3), 'end.3')) shape.bytes(keys, 'end.3');
  const ok = await verifyDomain(shape.bytes(point, 'end', 65), DOMAIN, map, shape.signature(sig, 'end'), 'end');
  require(ok, 'end', 'the signature does not verify');
}
