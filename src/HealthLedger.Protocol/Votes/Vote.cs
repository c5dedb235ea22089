namespace HealthLedger.Protocol.Votes;

/// <summary>What a vote is for; signed with it, so that one kind never passes for the other.</summary>
public enum VoteKind : byte
{
    /// <summary>The block was checked, executed and stored, and is the only one this member accepted at (epoch, height).</summary>
    Prepare = 1,

    /// <summary>The member has locked on the block's prepare certificate.</summary>
    Commit = 2,
}

/// <summary>A vote as it is signed, one leaf of a flush's vote tree (FORMATS section 4).</summary>
/// <param name="Kind">Prepare or commit.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Epoch">The epoch; its configuration is the header's.</param>
/// <param name="Height">The block's height.</param>
/// <param name="Block">The block's hash.</param>
public readonly record struct Vote(VoteKind Kind, int Shard, Epoch Epoch, long Height, Hash32 Block);

/// <summary>One member's signature of a vote: a path to the signed root of the vote tree of its flush. Immutable; arrays are not changed.</summary>
/// <param name="Member">Index in the configuration.</param>
/// <param name="LeafIndex">The vote's place in the tree.</param>
/// <param name="TreeSize">Votes in the tree, 1 to 4,096.</param>
/// <param name="Path">RFC 9162 inclusion path, at most 12 hashes.</param>
/// <param name="Signature">ES256, r || s, 64 bytes.</param>
public sealed record VoteProof(int Member, int LeafIndex, int TreeSize, Hash32[] Path, byte[] Signature)
{
    /// <summary>Most votes in one flush's tree.</summary>
    public const int TreeSizeMax = 4096;

    /// <summary>Longest path in such a tree.</summary>
    public const int PathMax = 12;
}

/// <summary>A vote with its proof, as it is answered to a leader.</summary>
public sealed record SignedVote(Vote Vote, VoteProof Proof);
