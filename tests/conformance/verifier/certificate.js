// Votes and certificates (FORMATS.md section 4).
import { concat, equal, u64be } from './bytes.js';
import { encode } from './cbor.js';
import { verifyDomain } from './crypto.js';
import { leafHash, rootOfPath } from './merkle.js';
import { require } from './refusal.js';
import * as shape from './shape.js';

export const COMMIT = 2;

/** Checks a commit certificate of the block `hash` against the members of a configuration; returns the members that voted. */
export async function checkCommitCertificate(item, configuration, shard, height, hash, place) {
  const map = shape.map(item, place, [1, 2, 3, 4, 5, 6, 7]);
  require(map.get(1) === COMMIT, `${place}.1`, 'not a commit certificate');
  require(map.get(2) === configuration.number, `${place}.2`, 'of another configuration');
  require(map.get(3) === shard, `${place}.3`, 'of another shard');
  require(map.get(5) === height, `${place}.5`, 'of another height');
  require(equal(shape.hash(map.get(6), `${place}.6`), hash), `${place}.6`, 'of another block');
  const epoch = shape.uint(map.get(4), `${place}.4`);
  const leaf = await leafHash(encode([COMMIT, configuration.network, configuration.number, shard, epoch, height, hash]));
  const proofs = shape.array(map.get(7), `${place}.7`, configuration.quorum, configuration.quorum);
  const voters = [];
  for (const [i, proof] of proofs.entries()) {
    const at = `${place}.7[${i}]`;
    const [member, leafIndex, treeSize, path, sig] = shape.array(proof, at, 5, 5);
    shape.uint(member, `${at}[0]`, configuration.members.length - 1);
    require(voters.length === 0 || member > voters.at(-1), `${at}[0]`, 'members not ascending');
    shape.uint(treeSize, `${at}[2]`, 4096);
    const root = await rootOfPath(leaf, shape.uint(leafIndex, `${at}[1]`), treeSize, shape.hashes(path, `${at}[3]`, 12), at);
    const ok = await verifyDomain(configuration.members[member].validator, 'healthledger/votes/v1', concat(u64be(treeSize), root), shape.signature(sig, `${at}[4]`), at);
    require(ok, `${at}[4]`, 'the vote is not signed by this member');
    voters.push(member);
  }
  return voters;
}
