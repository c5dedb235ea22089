// Canonical CBOR [RFC 8949 §4.2.1], reading only, refusing everything else (FORMATS.md, first paragraph).
// Integers come back as numbers, or as bigint beyond 2^53; byte strings as Uint8Array; maps as Map; tags as Tagged.
import { compare, fromUtf8 } from './bytes.js';
import { Refusal } from './refusal.js';

const DEPTH_MAX = 16;

export class Tagged {
  constructor(tag, value) {
    this.tag = tag;
    this.value = value;
  }
}

/** Decodes exactly one item. @param {Uint8Array} input @param {string} place names the input in a refusal */
export function decode(input, place) {
  const reader = new Reader(input, place);
  const value = reader.item(0);
  if (reader.at !== input.length) reader.refuse('bytes follow the last item');
  return value;
}

class Reader {
  constructor(input, place) {
    this.input = input;
    this.place = place;
    this.at = 0;
  }

  refuse(sentence) {
    throw new Refusal(this.place, `${sentence} (at byte ${this.at})`);
  }

  take(count) {
    if (count > this.input.length - this.at) this.refuse('the input ends too early');
    const part = this.input.subarray(this.at, this.at + count);
    this.at += count;
    return part;
  }

  argument(info) {
    if (info < 24) return info;
    if (info > 27) this.refuse('an indefinite or reserved length');
    const width = 1 << (info - 24);
    let value = 0n;
    for (const byte of this.take(width)) value = (value << 8n) | BigInt(byte);
    const smallest = width === 1 ? 24n : 1n << BigInt(4 * width);
    if (value < smallest) this.refuse('a number is not in its shortest form');
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  length(info) {
    const value = this.argument(info);
    if (typeof value === 'bigint' || value > this.input.length - this.at) this.refuse('a length goes beyond the input');
    return value;
  }

  item(depth) {
    if (depth > DEPTH_MAX) this.refuse('nested too deeply');
    const [initial] = this.take(1);
    const info = initial & 31;
    switch (initial >> 5) {
      case 0: return this.argument(info);
      case 1: {
        const value = this.argument(info);
        return typeof value === 'bigint' ? -1n - value : -1 - value;
      }
      case 2: return this.take(this.length(info));
      case 3: return this.text(this.take(this.length(info)));
      case 4: {
        const items = [];
        for (let left = this.length(info); left > 0; left--) items.push(this.item(depth + 1));
        return items;
      }
      case 5: return this.map(this.length(info), depth);
      case 6: return new Tagged(this.argument(info), this.item(depth + 1));
      default:
        if (initial === 0xf4) return false;
        if (initial === 0xf5) return true;
        if (initial === 0xf6) return null;
        return this.refuse('a float or an unknown simple value');
    }
  }

  text(bytes) {
    try {
      return fromUtf8(bytes);
    } catch {
      return this.refuse('text is not UTF-8');
    }
  }

  map(count, depth) {
    const map = new Map();
    let previous = null;
    for (let left = count; left > 0; left--) {
      const start = this.at;
      const key = this.item(depth + 1);
      const encoded = this.input.subarray(start, this.at);
      if (previous !== null && compare(previous, encoded) >= 0) this.refuse('map keys out of order or twice');
      previous = encoded;
      map.set(key, this.item(depth + 1));
    }
    return map;
  }
}

/** Encodes what {@link decode} gives, maps in the order that they have: what the verifier has to hash again. */
export function encode(value) {
  const out = [];
  put(out, value);
  return Uint8Array.from(out);
}

function head(out, major, value) {
  const n = BigInt(value);
  const width = n < 24n ? 0 : n < 256n ? 1 : n < 65536n ? 2 : n < 4294967296n ? 4 : 8;
  out.push((major << 5) | (width === 0 ? Number(n) : 24 + Math.log2(width)));
  for (let shift = 8 * width - 8; shift >= 0; shift -= 8) out.push(Number((n >> BigInt(shift)) & 255n));
}

function put(out, value) {
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (value >= 0) head(out, 0, value);
    else head(out, 1, -1n - BigInt(value));
  } else if (value instanceof Uint8Array) {
    head(out, 2, value.length);
    for (const byte of value) out.push(byte);
  } else if (typeof value === 'string') {
    const bytes = new TextEncoder().encode(value);
    head(out, 3, bytes.length);
    for (const byte of bytes) out.push(byte);
  } else if (Array.isArray(value)) {
    head(out, 4, value.length);
    for (const item of value) put(out, item);
  } else if (value instanceof Map) {
    head(out, 5, value.size);
    for (const [key, item] of value) {
      put(out, key);
      put(out, item);
    }
  } else if (value instanceof Tagged) {
    head(out, 6, value.tag);
    put(out, value.value);
  } else if (value === false || value === true || value === null) {
    out.push(value === null ? 0xf6 : value ? 0xf5 : 0xf4);
  } else {
    throw new TypeError('this value has no canonical form here');
  }
}
