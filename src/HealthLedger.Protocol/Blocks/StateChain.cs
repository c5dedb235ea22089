using System.Buffers.Binary;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.State;

namespace HealthLedger.Protocol.Blocks;

/// <summary>The chain of state digests (FORMATS.md section 3): replicas whose rules decided differently find out at the next block.</summary>
public static class StateChain
{
    /// <summary>The digest at height 0: one hash.</summary>
    public static Hash32 Genesis(Hash32 genesisHash, int shard)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(number, (ulong)shard);
        return Sha256.Hash(Domains.State, genesisHash.Bytes, number);
    }

    /// <summary>The digest after a block: two hashes.</summary>
    /// <param name="previous">The digest before it.</param>
    /// <param name="encodedChanges">The block's changes, from <see cref="EncodeChanges"/>.</param>
    public static Hash32 Next(Hash32 previous, ReadOnlySpan<byte> encodedChanges)
    {
        Hash32 changes = Sha256.Hash(Domains.Changes, encodedChanges);
        return Sha256.Hash(Domains.State, previous.Bytes, changes.Bytes);
    }

    /// <summary>Writes a block's changes as one list, in the order the rules made them.</summary>
    public static void WriteChanges(CborWriter writer, IReadOnlyList<RowChange> changes)
    {
        writer.WriteArrayStart(changes.Count);
        foreach (RowChange change in changes)
        {
            writer.WriteArrayStart(2);
            writer.WriteBytes(change.Key.Span);
            if (change.Value is { } value) writer.WriteBytes(value.Span);
            else writer.WriteNull();
        }
    }

    /// <summary>A block's changes as one list, in the order the rules made them.</summary>
    public static byte[] EncodeChanges(IReadOnlyList<RowChange> changes)
    {
        CborWriter writer = new(256 + 64 * changes.Count);
        WriteChanges(writer, changes);
        return writer.ToArray();
    }
}
