// Block headers (FORMATS.md section 3).
import { decode } from './cbor.js';
import { domainHash } from './crypto.js';
import { require } from './refusal.js';
import * as shape from './shape.js';

export async function readHeader(encoded, genesis, place) {
  const map = shape.map(decode(encoded, place), place, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12], [11]);
  require(map.get(1) === genesis.network, `${place}.1`, 'of another network');
  for (const key of [5, 8, 9, 10]) shape.hash(map.get(key), `${place}.${key}`);
  if (map.has(11)) shape.hash(map.get(11), `${place}.11`);
  return { hash: await domainHash('healthledger/header/v1', encoded), network: genesis.network, config: shape.uint(map.get(2), `${place}.2`),
    shard: shape.uint(map.get(3), `${place}.3`, genesis.shards), height: shape.uint(map.get(4), `${place}.4`), parent: map.get(5),
    directoryHeight: shape.uint(map.get(6), `${place}.6`), treeSize: shape.uint(map.get(7), `${place}.7`), treeRoot: map.get(8),
    bodyRoot: map.get(9), stateDigest: map.get(10), time: shape.uint(map.get(12), `${place}.12`) };
}
