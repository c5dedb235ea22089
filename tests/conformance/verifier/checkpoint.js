// The global checkpoint: a C2SP signed note over shard 0's tree, with an ECDSA (type 2) line for each member that cosigned.
import { concat, equal, fromHex, utf8 } from './bytes.js';
import { founders } from './configuration.js';
import { sha256, verify } from './crypto.js';
import { require, Refusal } from './refusal.js';

// SubjectPublicKeyInfo of a P-256 key is this prefix and the uncompressed point.
const SPKI_PREFIX = fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200');

/**
 * Checks a checkpoint: a quorum of the members of one configuration must have cosigned it, the highest that its lines name.
 * @param {string} note @param known configurations known from elsewhere (readHistory); the founders alone where not given
 */
export async function verifyCheckpoint(note, genesis, place = 'checkpoint', known = founders(genesis)) {
  const end = note.indexOf('\n\n');
  require(end > 0 && note.endsWith('\n'), place, 'not a signed note');
  const text = note.slice(0, end + 1);
  const [origin, size, root, ...rest] = text.slice(0, -1).split('\n');
  require(origin === `healthledger.org/${genesis.network}`, place, 'of another log');
  require(/^(0|[1-9]\d{0,15})$/.test(size), place, 'the size is not a decimal number');
  require(rest.length === 0, place, 'unknown extension lines');
  const rootBytes = base64(root, place);
  require(rootBytes.length === 32, place, 'the root is not 32 bytes long');
  const lines = note.slice(end + 2, -1).split('\n').map((line) => /^— (\S+) (\S+)$/.exec(line));
  require(lines.every((match) => match !== null), place, 'a signature line is malformed');
  const config = Math.max(...lines.map(([, name]) => configOf(name, origin)));
  require(config < known.length, place, `cosigned under configuration ${config}, which is not proved by what is at hand`);
  const configuration = known[config], cosigners = new Set();
  for (const [, name, signature] of lines) {
    const member = await signer(name, base64(signature, place), text, origin, configuration, place);
    if (member !== null) cosigners.add(member);
  }
  require(cosigners.size >= configuration.quorum, place, `only ${cosigners.size} of ${configuration.quorum} members cosigned`);
  return { origin, config, size: Number(size), root: rootBytes, cosigners: [...cosigners].sort((a, b) => a - b) };
}

// The configuration that a line's name gives: origin/member of the founders, origin/number/member of a later one.
function configOf(name, origin) {
  const match = name.startsWith(`${origin}/`) ? /^(\d{1,9})\/\d+$/.exec(name.slice(origin.length + 1)) : null;
  return match === null ? 0 : Number(match[1]);
}

// The member that signed the line; null for a line of somebody whom the configuration does not name.
async function signer(name, blob, text, origin, configuration, place) {
  const prefix = configuration.number === 0 ? origin : `${origin}/${configuration.number}`;
  const member = configuration.members.findIndex((_, i) => name === `${prefix}/${i}`);
  if (member < 0) return null;
  const { validator } = configuration.members[member];
  const id = (await sha256(concat(SPKI_PREFIX, validator))).subarray(0, 4);
  require(equal(id, blob.subarray(0, 4)), place, `the line of ${name} names another key`);
  require(await verify(validator, utf8(text), fromDer(blob.subarray(4), place), place), place, `the signature of ${name} does not verify`);
  return member;
}

/** r || s of an ECDSA signature in DER. */
function fromDer(der, place) {
  const bad = () => new Refusal(place, 'a signature is not in DER');
  if (der.length < 8 || der.length > 72 || der[0] !== 0x30 || der[1] !== der.length - 2) throw bad();
  const out = new Uint8Array(64);
  let at = 2;
  for (const half of [0, 32]) {
    if (der[at] !== 2) throw bad();
    const length = der[at + 1];
    const integer = der.subarray(at + 2, at + 2 + length);
    if (integer.length !== length || length === 0 || integer[0] > 127) throw bad();
    const magnitude = integer[0] === 0 && length > 1 ? integer.subarray(1) : integer;
    if (magnitude.length > 32 || (integer[0] === 0 && length > 1 && magnitude[0] < 128)) throw bad();
    out.set(magnitude, half + 32 - magnitude.length);
    at += 2 + length;
  }
  if (at !== der.length) throw bad();
  return out;
}

function base64(text, place) {
  require(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text ?? ''), place, 'not base64');
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}
