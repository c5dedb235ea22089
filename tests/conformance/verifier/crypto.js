// SHA-256 and ES256 by WebCrypto; domain strings as FORMATS.md section 0 gives them.
import { concat, utf8 } from './bytes.js';
import { encode } from './cbor.js';
import { Refusal } from './refusal.js';

const subtle = globalThis.crypto.subtle;
const ZERO = new Uint8Array([0]);

export const sha256 = async (bytes) => new Uint8Array(await subtle.digest('SHA-256', bytes));

/** H(domain, x) = SHA-256(domain || 0x00 || x) */
export const domainHash = (domain, bytes) => sha256(concat(utf8(domain), ZERO, bytes));

/** COSE key thumbprint [RFC 9679] of a P-256 point. */
export const keyId = (point) => sha256(encode(new Map([[1, 2], [-1, 1], [-2, point.subarray(1, 33)], [-3, point.subarray(33, 65)]])));

/** True when the signature is by the key; refuses a point that is not on the curve. */
export async function verify(point, message, signature, place) {
  let key;
  try {
    key = await subtle.importKey('raw', point, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  } catch {
    throw new Refusal(place, 'the key is not a P-256 point');
  }
  return subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, message);
}

/** Checks ES256(domain, x). */
export const verifyDomain = (point, domain, bytes, signature, place) => verify(point, concat(utf8(domain), ZERO, bytes), signature, place);
