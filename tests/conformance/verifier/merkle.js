// The RFC 9162 tree: leaf and node hashes, roots, inclusion and consistency proofs.
import { concat, equal } from './bytes.js';
import { sha256 } from './crypto.js';
import { require } from './refusal.js';

export const leafHash = (bytes) => sha256(concat(new Uint8Array([0]), bytes));
export const nodeHash = (left, right) => sha256(concat(new Uint8Array([1]), left, right));

/** The root of a list of leaf hashes; of none, SHA-256 of the empty string. */
export async function rootOfHashes(leaves) {
  if (leaves.length === 0) return sha256(new Uint8Array());
  let level = leaves;
  while (level.length > 1) {
    const next = [];
    for (let i = 0; i + 1 < level.length; i += 2) next.push(await nodeHash(level[i], level[i + 1]));
    if (level.length % 2 === 1) next.push(level.at(-1));
    level = next;
  }
  return level[0];
}

export const rootOf = async (items) => rootOfHashes(await Promise.all(items.map(leafHash)));

/** The root that an inclusion path leads to [RFC 9162 §2.1.3.2]. */
export async function rootOfPath(leaf, index, size, path, place) {
  require([leaf, ...path].every((hash) => hash.length === 32), place, 'a hash is not 32 bytes long');
  require(index < size, place, 'the leaf index is not below the tree size');
  let fn = BigInt(index), sn = BigInt(size) - 1n, root = leaf;
  for (const sibling of path) {
    require(sn !== 0n, place, 'the path is too long');
    if ((fn & 1n) === 1n || fn === sn) {
      root = await nodeHash(sibling, root);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      root = await nodeHash(root, sibling);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  require(sn === 0n, place, 'the path is too short');
  return root;
}

/** Refuses unless the leaf is in the tree. */
export async function checkInclusion(leaf, index, size, path, root, place) {
  require(equal(await rootOfPath(leaf, index, size, path, place), root), place, 'the path does not lead to the root');
}

/** Refuses unless the tree of `size2` extends the one of `size1` [RFC 9162 §2.1.4.2]. */
export async function checkConsistency(size1, root1, size2, root2, path, place) {
  require([root1, root2, ...path].every((hash) => hash.length === 32), place, 'a hash is not 32 bytes long');
  require(size1 <= size2, place, 'the newer tree is smaller');
  if (size1 === size2) {
    require(path.length === 0 && equal(root1, root2), place, 'same size, other root');
    return;
  }
  if (size1 === 0) {
    require(path.length === 0, place, 'nothing is proved from an empty tree');
    return;
  }
  const powerOfTwo = (BigInt(size1) & (BigInt(size1) - 1n)) === 0n;
  const steps = powerOfTwo ? [root1, ...path] : [...path];
  require(steps.length > 0, place, 'the path is empty');
  let fn = BigInt(size1) - 1n, sn = BigInt(size2) - 1n;
  while ((fn & 1n) === 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let fr = steps[0], sr = steps[0];
  for (const c of steps.slice(1)) {
    require(sn !== 0n, place, 'the path is too long');
    if ((fn & 1n) === 1n || fn === sn) {
      fr = await nodeHash(c, fr);
      sr = await nodeHash(c, sr);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      sr = await nodeHash(sr, c);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  require(sn === 0n, place, 'the path is too short');
  require(equal(fr, root1) && equal(sr, root2), place, 'the path does not lead to both roots');
}
