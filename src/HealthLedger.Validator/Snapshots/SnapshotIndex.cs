using HealthLedger.Protocol;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.State;
using HealthLedger.Rules.Execution;

namespace HealthLedger.Validator.Snapshots;

/// <summary>
/// The rows of a state in chunks of 1,024, each with the root of its rows: the last chunk may have fewer. Since a chunk is a complete subtree, the roots make the state
/// root, and a chunk is checked by its own. Immutable.
/// </summary>
/// <param name="Root">The state root.</param>
/// <param name="Chunks">Each chunk's root, and the key before its first row.</param>
internal sealed record SnapshotIndex(Hash32 Root, IReadOnlyList<(Hash32 Root, ReadOnlyMemory<byte> After)> Chunks)
{
    /// <summary>Rows in a chunk: a power of two.</summary>
    public const int ChunkRows = 1_024;

    /// <summary>Two hashes a row and memory for one chunk.</summary>
    public static SnapshotIndex Of(IEnumerable<Row> rows)
    {
        List<(Hash32, ReadOnlyMemory<byte>)> chunks = [];
        ReadOnlyMemory<byte> after = default;
        foreach (Row[] chunk in rows.Chunk(ChunkRows))
        {
            chunks.Add((StateRoot.Compute(chunk), after));
            after = chunk[^1].Key;
        }
        return new SnapshotIndex(RootOf([.. chunks.Select(chunk => chunk.Item1)]), chunks);
    }

    /// <summary>The root over complete subtrees of one size, and a last one that may be smaller.</summary>
    public static Hash32 RootOf(ReadOnlySpan<Hash32> chunkRoots)
    {
        CompactRange range = new();
        range.Append(chunkRoots);
        return range.Root();
    }
}
