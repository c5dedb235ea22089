// Checks that decoded CBOR has the shape FORMATS.md gives: every helper names the place and refuses otherwise.
import { require } from './refusal.js';

export const uint = (value, place, maximum = Number.MAX_SAFE_INTEGER) => {
  require(typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum, place, 'expected an unsigned integer in range');
  return value;
};

export const bytes = (value, place, length) => {
  require(value instanceof Uint8Array && (length === undefined || value.length === length), place, `expected ${length ?? 'some'} bytes`);
  return value;
};

export const hash = (value, place) => bytes(value, place, 32);

export const text = (value, place) => {
  require(typeof value === 'string', place, 'expected text');
  return value;
};

export const array = (value, place, minimum = 0, maximum = Infinity) => {
  require(Array.isArray(value) && value.length >= minimum && value.length <= maximum, place, `expected an array of ${minimum} to ${maximum} items`);
  return value;
};

export const hashes = (value, place, maximum = 64) => array(value, place, 0, maximum).map((item, i) => hash(item, `${place}[${i}]`));

/** A map with exactly the required keys and no key but those and the optional ones. */
export const map = (value, place, required, optional = []) => {
  require(value instanceof Map, place, 'expected a map');
  for (const key of required) require(value.has(key), place, `key ${key} is missing`);
  for (const key of value.keys()) require(required.includes(key) || optional.includes(key), place, `key ${key} is unknown`);
  return value;
};

/** `[alg, point]`: an ES256 (-7) or sealing (16) key. */
export const key = (value, place, alg) => {
  const [a, point] = array(value, place, 2, 2);
  require(a === alg, place, `expected algorithm ${alg}`);
  require(bytes(point, place, 65)[0] === 4, place, 'expected an uncompressed point');
  return point;
};

/** `[-7, r || s]`. */
export const signature = (value, place) => {
  const [alg, rs] = array(value, place, 2, 2);
  require(alg === -7, place, 'expected ES256');
  return bytes(rs, place, 64);
};
