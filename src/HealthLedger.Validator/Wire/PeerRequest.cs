using HealthLedger.Consensus;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Validator.Wire;

/// <summary>What a replica asks another for.</summary>
internal enum PeerRequestKind : byte
{
    /// <summary>Committed blocks from a height on, with the certificate of the last.</summary>
    Range = 1,

    /// <summary>One block by its hash, committed or not.</summary>
    Block = 2,

    /// <summary>One vault object by its name.</summary>
    Object = 3,

    /// <summary>The newest commit certificate of a shard: what a node asks that nobody sends it.</summary>
    Tip = 4,

    /// <summary>All configurations with their proofs.</summary>
    Configurations = 5,

    /// <summary>What proves the newest snapshot of a shard.</summary>
    Snapshot = 6,

    /// <summary>A chunk of its rows.</summary>
    SnapshotRows = 7,

    /// <summary>A chunk of leaf hashes of its tree.</summary>
    SnapshotLeaves = 8,
}

/// <summary>
/// A question to another replica and its encoding:
/// <code>
/// 85                       array of 5
///   uint                   kind: 1 range / 2 block / 3 object / 4 tip / 5 configurations / 6 snapshot / 7 its rows / 8 its leaves
///   uint                   shard (0 for objects and configurations)
///   uint                   first height of a range, or the snapshot's (else 0)
///   hash                   block or object (else zero)
///   uint                   chunk of a snapshot (else 0)
/// </code>
/// </summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="Shard">The shard.</param>
/// <param name="From">First height of a range.</param>
/// <param name="Hash">The block's hash or the object's name.</param>
/// <param name="Chunk">The chunk of a snapshot.</param>
internal readonly record struct PeerRequest(PeerRequestKind Kind, int Shard, long From, Hash32 Hash, int Chunk = 0)
{
    public byte[] Encode()
    {
        CborWriter writer = new(64);
        writer.WriteArrayStart(5);
        writer.WriteUInt((ulong)Kind);
        writer.WriteCount(Shard);
        writer.WriteCount(From);
        writer.WriteHash(Hash);
        writer.WriteCount(Chunk);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, out PeerRequest request)
    {
        CborReader reader = new(bytes);
        reader.ReadArrayStart(5);
        request = new PeerRequest((PeerRequestKind)reader.ReadInt32((int)PeerRequestKind.SnapshotLeaves), reader.ReadInt32(Shards.CountMax), reader.ReadCount(), reader.ReadHash(), reader.ReadInt32());
        return reader.End();
    }
}

/// <summary>The answer to a range: <c>[[* record: bstr], certificate: bstr]</c>; the records are ascending, the certificate is of the last.</summary>
internal static class RangeAnswer
{
    /// <summary>Bytes of records after which a range ends.</summary>
    public const int BytesMax = 8 << 20;

    public static byte[] Encode(IReadOnlyList<ReadOnlyMemory<byte>> records, ReadOnlySpan<byte> certificate)
    {
        CborWriter writer = new(records.Sum(record => record.Length + 8) + certificate.Length + 16);
        writer.WriteArrayStart(2);
        writer.WriteArrayStart(records.Count);
        foreach (ReadOnlyMemory<byte> record in records) writer.WriteBytes(record.Span);
        writer.WriteBytes(certificate);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte>[] records, out ReadOnlyMemory<byte> certificate)
    {
        CborReader reader = new(bytes.Span);
        reader.ReadArrayStart(2);
        int count = reader.ReadArrayStart();
        if (count > ConsensusTimes.FetchMax) reader.Fail("The range has too many blocks.");
        records = new ReadOnlyMemory<byte>[reader.Failed ? 0 : count];
        for (int i = 0; i < records.Length; i++) records[i] = Slice(ref reader, bytes);
        certificate = Slice(ref reader, bytes);
        return reader.End();
    }

    private static ReadOnlyMemory<byte> Slice(ref CborReader reader, ReadOnlyMemory<byte> whole)
    {
        int length = reader.ReadBytes().Length;
        return whole.Slice(reader.Position - length, length);
    }
}
