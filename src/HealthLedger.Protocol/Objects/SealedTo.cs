using System.Security.Cryptography;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Objects;

/// <summary>The keys of one record, as a narrower grant gives them.</summary>
/// <param name="RecordId">The record.</param>
/// <param name="ManifestKey">32 bytes.</param>
/// <param name="ContentKey">32 bytes.</param>
public sealed record RecordKeyPair(Hash32 RecordId, ReadOnlyMemory<byte> ManifestKey, ReadOnlyMemory<byte> ContentKey);

/// <summary>A label and the segment that takes what has it.</summary>
/// <param name="Label">One of the labels of FORMATS.md section 6; at most 64 bytes.</param>
/// <param name="Segment">The segment.</param>
public readonly record struct LabelledSegment(string Label, Id16 Segment);

/// <summary>
/// Makes and opens the objects that HPKE seals to one key (FORMATS.md section 6, kinds 4 to 8). Each kind has an info string of its own, so none
/// passes for another. Opening costs about 0.3 ms and gives a fault where the key is another or any byte was changed.
/// </summary>
public static class SealedTo
{
    /// <summary>Most bytes of a label.</summary>
    public const int LabelBytesMax = 64;

    /// <summary>Most records of one object.</summary>
    public const int RecordsMax = 1024;

    /// <summary>Most labels of a deposit card.</summary>
    public const int LabelsMax = 64;

    private static ReadOnlySpan<byte> EnvelopeInfo => "healthledger/envelope/v1"u8;

    private static ReadOnlySpan<byte> SegmentKeyInfo => "healthledger/segment-key/v1"u8;

    private static ReadOnlySpan<byte> PredecessorInfo => "healthledger/predecessor/v1"u8;

    private static ReadOnlySpan<byte> RecordKeysInfo => "healthledger/record-keys/v1"u8;

    private static ReadOnlySpan<byte> DepositCardInfo => "healthledger/deposit-card/v1"u8;

    /// <summary>Kind 4: a batch key for whoever has the segment's key.</summary>
    public static byte[] Envelope(RandomNumberGenerator random, Id16 segment, PublicKey segmentKey, ReadOnlySpan<byte> batchKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(batchKey.Length, RecordCipher.KeyLength);
        return SealedObject.Seal(random, ObjectKind.Envelope, EnvelopeInfo, segment, [segmentKey.KeyId], segmentKey, batchKey);
    }

    /// <summary>The batch key of an envelope, 32 bytes, which the caller wipes.</summary>
    public static Result<byte[]> OpenEnvelope(SealedObject envelope, SealingKey segmentKey) => envelope.Open(ObjectKind.Envelope, EnvelopeInfo, segmentKey, RecordCipher.KeyLength);

    /// <summary>Kind 5: a segment's private key and label, for a grantee or the segment's owner.</summary>
    public static byte[] SegmentKey(RandomNumberGenerator random, Id16 segment, SealingKey key, string label, PublicKey recipient)
    {
        CborWriter plain = new(64 + 3 * label.Length);
        byte[] scalar = key.ToScalar();
        plain.WriteMapStart(2);
        plain.WriteUInt(1);
        plain.WriteBytes(scalar);
        plain.WriteUInt(2);
        plain.WriteText(label);
        CryptographicOperations.ZeroMemory(scalar);
        return SealedObject.Seal(random, ObjectKind.SealedKey, SegmentKeyInfo, segment, [key.Public.KeyId, recipient.KeyId], recipient, plain.WrittenSpan);
    }

    /// <summary>A segment's private key and label; a fault where the key is not the one that the object names.</summary>
    public static Result<(SealingKey Key, string Label)> OpenSegmentKey(SealedObject sealedKey, SealingKey recipient)
    {
        if (!sealedKey.Open(ObjectKind.SealedKey, SegmentKeyInfo, recipient).TryGet(out byte[]? plain, out Fault fault)) return fault;
        CborReader reader = new(plain);
        if (reader.ReadMapStart() != 2) reader.Fail("A sealed segment key has two fields.");
        reader.ReadKey(1);
        ReadOnlySpan<byte> scalar = reader.ReadBytes(RecordCipher.KeyLength);
        reader.ReadKey(2);
        string label = reader.ReadText(LabelBytesMax);
        Result<SealingKey> key = reader.End() ? Named(scalar, sealedKey.Names[0]) : reader.Fault;
        CryptographicOperations.ZeroMemory(plain);
        return key.TryGet(out SealingKey? named, out fault) ? (named, label) : fault;
    }

    /// <summary>Kind 6: a segment's old private key for whoever has the new one.</summary>
    public static byte[] Predecessor(RandomNumberGenerator random, Id16 segment, SealingKey old, PublicKey successor)
    {
        byte[] scalar = old.ToScalar();
        byte[] sealedObject = SealedObject.Seal(random, ObjectKind.Predecessor, PredecessorInfo, segment, [old.Public.KeyId, successor.KeyId], successor, scalar);
        CryptographicOperations.ZeroMemory(scalar);
        return sealedObject;
    }

    /// <summary>The private key before <paramref name="successor"/>; a fault where it is not the one that the object names.</summary>
    public static Result<SealingKey> OpenPredecessor(SealedObject predecessor, SealingKey successor)
    {
        if (!predecessor.Open(ObjectKind.Predecessor, PredecessorInfo, successor, RecordCipher.KeyLength).TryGet(out byte[]? scalar, out Fault fault)) return fault;
        Result<SealingKey> key = Named(scalar, predecessor.Names[0]);
        CryptographicOperations.ZeroMemory(scalar);
        return key;
    }

    /// <summary>Kind 7: the keys of 1 to 1,024 records for a narrower grant's grantee.</summary>
    public static byte[] RecordKeys(RandomNumberGenerator random, IReadOnlyList<RecordKeyPair> keys, PublicKey recipient)
    {
        if (keys.Count is 0 or > RecordsMax) throw new ArgumentOutOfRangeException(nameof(keys), $"An object seals the keys of 1 to {RecordsMax} records.");
        CborWriter plain = new(16 + 110 * keys.Count);
        plain.WriteArrayStart(keys.Count);
        foreach (RecordKeyPair pair in keys)
        {
            plain.WriteArrayStart(3);
            plain.WriteHash(pair.RecordId);
            plain.WriteBytes(pair.ManifestKey.Span);
            plain.WriteBytes(pair.ContentKey.Span);
        }
        return SealedObject.Seal(random, ObjectKind.SealedRecordKeys, RecordKeysInfo, null, [recipient.KeyId], recipient, plain.WrittenSpan);
    }

    /// <summary>The keys of records that an object seals.</summary>
    public static Result<RecordKeyPair[]> OpenRecordKeys(SealedObject sealedKeys, SealingKey recipient)
    {
        if (!sealedKeys.Open(ObjectKind.SealedRecordKeys, RecordKeysInfo, recipient).TryGet(out byte[]? plain, out Fault fault)) return fault;
        CborReader reader = new(plain);
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count is 0 or > RecordsMax) reader.Fail($"An object seals the keys of 1 to {RecordsMax} records.", FaultCode.FormatLimit);
        if (reader.Failed) return reader.Fault;
        RecordKeyPair[] pairs = new RecordKeyPair[count];
        for (int i = 0; i < count; i++)
        {
            reader.ReadArrayStart(3);
            pairs[i] = new RecordKeyPair(reader.ReadHash(), reader.ReadBytes(RecordCipher.KeyLength).ToArray(), reader.ReadBytes(RecordCipher.KeyLength).ToArray());
        }
        CryptographicOperations.ZeroMemory(plain);
        return reader.End() ? pairs : reader.Fault;
    }

    /// <summary>Kind 8: which label goes to which segment, for those who may deposit. 1 to 64 labels.</summary>
    public static byte[] DepositCard(RandomNumberGenerator random, IReadOnlyList<LabelledSegment> segments, PublicKey recipient)
    {
        if (segments.Count is 0 or > LabelsMax) throw new ArgumentOutOfRangeException(nameof(segments), $"A deposit card has 1 to {LabelsMax} labels.");
        CborWriter plain = new(16 + 48 * segments.Count);
        plain.WriteArrayStart(segments.Count);
        foreach (LabelledSegment segment in segments)
        {
            plain.WriteArrayStart(2);
            plain.WriteText(segment.Label);
            plain.WriteId16(segment.Segment);
        }
        return SealedObject.Seal(random, ObjectKind.DepositCard, DepositCardInfo, null, [recipient.KeyId], recipient, plain.WrittenSpan);
    }

    /// <summary>The labels and segments of a deposit card.</summary>
    public static Result<LabelledSegment[]> OpenDepositCard(SealedObject card, SealingKey recipient)
    {
        if (!card.Open(ObjectKind.DepositCard, DepositCardInfo, recipient).TryGet(out byte[]? plain, out Fault fault)) return fault;
        CborReader reader = new(plain);
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count is 0 or > LabelsMax) reader.Fail($"A deposit card has 1 to {LabelsMax} labels.", FaultCode.FormatLimit);
        if (reader.Failed) return reader.Fault;
        LabelledSegment[] segments = new LabelledSegment[count];
        for (int i = 0; i < count; i++)
        {
            reader.ReadArrayStart(2);
            segments[i] = new LabelledSegment(reader.ReadText(LabelBytesMax), reader.ReadId16());
        }
        return reader.End() ? segments : reader.Fault;
    }

    private static Result<SealingKey> Named(ReadOnlySpan<byte> scalar, Hash32 keyId)
    {
        if (!SealingKey.FromScalar(scalar).TryGet(out SealingKey? key, out Fault fault)) return fault;
        if (key.Public.KeyId == keyId) return key;
        key.Dispose();
        return new Fault(FaultCode.KeyInvalid, "The private key that was sealed is not the one that the object names.");
    }
}
