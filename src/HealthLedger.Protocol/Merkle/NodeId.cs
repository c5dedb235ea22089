namespace HealthLedger.Protocol.Merkle;

/// <summary>A complete subtree: the node at <paramref name="Level"/> covers leaves <c>Index·2^Level</c> up to, not including, <c>(Index + 1)·2^Level</c>. Level 0 are the leaf hashes.</summary>
/// <param name="Level">0 to 63.</param>
/// <param name="Index">Place among the nodes of the level.</param>
public readonly record struct NodeId(int Level, ulong Index);

/// <summary>Where the hashes of a tree's complete subtrees are kept. Nodes never change once they are complete.</summary>
public interface INodeReader
{
    /// <summary>Reads the hashes of complete nodes, each in the place of its id. Throws when it does not hold one: a proof asks only below the tree's size.</summary>
    void Read(ReadOnlySpan<NodeId> nodes, Span<Hash32> hashes);
}

/// <summary>Takes the hashes of nodes as they become complete, for instance into tiles.</summary>
public interface INodeWriter
{
    /// <summary>Consecutive complete nodes of one level, from <paramref name="first"/> on.</summary>
    void Write(NodeId first, ReadOnlySpan<Hash32> hashes);
}
