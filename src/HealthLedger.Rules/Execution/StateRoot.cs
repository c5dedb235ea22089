using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.State;

namespace HealthLedger.Rules.Execution;

/// <summary>The root over all rows of a state (FORMATS.md section 3), in every 4,096th header as of 256 blocks earlier.</summary>
public static class StateRoot
{
    /// <summary>Headers from one that carries a root to the next.</summary>
    public const long EveryBlocks = 4_096;

    /// <summary>How many blocks the root is behind its header, so that it is computed in the background.</summary>
    public const long BehindBlocks = 256;

    /// <summary>The height whose state a header's root is of; null for a header that carries none.</summary>
    public static long? HeightOf(long headerHeight) => headerHeight > 0 && headerHeight % EveryBlocks == 0 ? headerHeight - BehindBlocks : null;

    /// <summary>The RFC 9162 root over <c>cbor([key, value])</c>: about two hashes a row, in memory that does not grow.</summary>
    /// <param name="rows">All rows, ascending by key.</param>
    /// <exception cref="ArgumentException">The rows are not ascending.</exception>
    public static Hash32 Compute(IEnumerable<Row> rows)
    {
        CompactRange tree = new();
        CborWriter writer = new(512);
        ReadOnlyMemory<byte> last = default;
        foreach (Row row in rows)
        {
            if (last.Span.SequenceCompareTo(row.Key.Span) >= 0) throw new ArgumentException("The rows are not ascending by key.", nameof(rows));
            last = row.Key;
            writer.Reset();
            writer.WriteArrayStart(2);
            writer.WriteBytes(row.Key.Span);
            writer.WriteBytes(row.Value.Span);
            tree.Append(TreeHash.Leaf(writer.WrittenSpan));
        }
        return tree.Root();
    }
}
