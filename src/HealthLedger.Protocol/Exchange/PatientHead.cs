using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Exchange;

/// <summary>Asks for a patient's head. Anybody with an identity may ask; what is sealed is opaque to others.</summary>
/// <param name="Did">The patient.</param>
public sealed record PatientHeadRequest(string Did)
{
    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(96);
        writer.WriteMapStart(1);
        writer.WriteInt(1);
        writer.WriteText(Did);
        return writer.ToArray();
    }

    /// <summary>Decodes one.</summary>
    public static Result<PatientHeadRequest> Decode(ReadOnlyMemory<byte> encoded) =>
        ExchangeCodec.Decode(encoded, ExchangeLimits.QueryBytesMax, static (ref CborReader reader, ReadOnlyMemory<byte> _) =>
        {
            if (reader.ReadMapStart() != 1) reader.Fail("The request has one field.");
            reader.ReadKey(1);
            return new PatientHeadRequest(ExchangeCodec.ReadDid(ref reader));
        });
}

/// <summary>One segment of a patient, as the ledger knows it: an opaque id and its newest key.</summary>
/// <param name="Id">The segment.</param>
/// <param name="Owner">Who opened it and may rotate its key: the patient, or a provider before the claim.</param>
/// <param name="Key">Its newest public key; records are sealed to it.</param>
/// <param name="Count">How many record events it has.</param>
public sealed record PatientSegment(Id16 Id, string Owner, PublicKey Key, long Count);

/// <summary>
/// What a client must know of a patient before it signs: the identity's counter, its keys, the segments with their newest keys, and
/// those vault objects that are sealed to the asker (found by the key id of its sealing key).
/// </summary>
public sealed record PatientHead
{
    /// <summary>The patient.</summary>
    public required string Did { get; init; }

    /// <summary>The patient's shard.</summary>
    public required int Shard { get; init; }

    /// <summary>The identity's counter; the next statement under it carries this plus one.</summary>
    public required long Seq { get; init; }

    /// <summary>The provider that controls the identity until the claim; null after it, or when the patient had keys from the start.</summary>
    public string? Steward { get; init; }

    /// <summary>The identity's own keys that are valid now; none while it is stewarded.</summary>
    public required IReadOnlyList<PublicKey> Keys { get; init; }

    /// <summary>All segments, ascending by id.</summary>
    public required IReadOnlyList<PatientSegment> Segments { get; init; }

    /// <summary>Deposit cards (objects of kind 8) sealed to the asker: which label goes to which segment.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> DepositCards { get; init; }

    /// <summary>For who controls segments: their private keys sealed to the asker (kind 5) and the predecessors behind them (kind 6).</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> SealedKeys { get; init; }

    /// <summary>The height of the shard that this describes.</summary>
    public required long Height { get; init; }

    /// <summary>That block's time, in milliseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>The canonical CBOR.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(1024);
        writer.WriteMapStart(Steward is null ? 9 : 10);
        writer.WriteInt(1);
        writer.WriteText(Did);
        writer.WriteInt(2);
        writer.WriteInt(Shard);
        writer.WriteInt(3);
        writer.WriteInt(Seq);
        if (Steward is not null)
        {
            writer.WriteInt(4);
            writer.WriteText(Steward);
        }
        writer.WriteInt(5);
        ExchangeCodec.WriteList(writer, Keys, ExchangeCodec.WriteSigningKey);
        writer.WriteInt(6);
        ExchangeCodec.WriteList(writer, Segments, static (w, segment) =>
        {
            w.WriteArrayStart(4);
            w.WriteBytes(segment.Id.Bytes);
            w.WriteText(segment.Owner);
            ExchangeCodec.WriteSealingKey(w, segment.Key);
            w.WriteInt(segment.Count);
        });
        writer.WriteInt(7);
        ExchangeCodec.WriteObjects(writer, DepositCards);
        writer.WriteInt(8);
        ExchangeCodec.WriteObjects(writer, SealedKeys);
        writer.WriteInt(9);
        writer.WriteInt(Height);
        writer.WriteInt(10);
        writer.WriteInt(Time);
        return writer.ToArray();
    }

    /// <summary>Decodes one; the objects point into <paramref name="encoded"/>.</summary>
    public static Result<PatientHead> Decode(ReadOnlyMemory<byte> encoded) => ExchangeCodec.Decode(encoded, ExchangeLimits.AnswerBytesMax, Read);

    private static PatientHead Read(ref CborReader reader, ReadOnlyMemory<byte> source)
    {
        string did = "";
        string? steward = null;
        int shard = 0, seen = 0;
        long seq = 0, height = 0, time = 0;
        PublicKey?[] keys = [];
        PatientSegment[] segments = [];
        ReadOnlyMemory<byte>[] cards = [], sealedKeys = [];
        int pairs = reader.ReadMapStart();
        while (reader.NextKey(ref pairs, out int key))
        {
            seen |= 1 << key;
            switch (key)
            {
                case 1: did = ExchangeCodec.ReadDid(ref reader); break;
                case 2: shard = reader.ReadInt32(); break;
                case 3: seq = ExchangeCodec.ReadLong(ref reader); break;
                case 4: steward = ExchangeCodec.ReadDid(ref reader); break;
                case 5:
                    keys = ExchangeCodec.ReadList(ref reader, source, ExchangeLimits.SegmentsMax, static (ref CborReader r, ReadOnlyMemory<byte> _) => ExchangeCodec.ReadPublicKey(ref r));
                    break;
                case 6: segments = ExchangeCodec.ReadList(ref reader, source, ExchangeLimits.SegmentsMax, ReadSegment); break;
                case 7: cards = ExchangeCodec.ReadObjects(ref reader, source); break;
                case 8: sealedKeys = ExchangeCodec.ReadObjects(ref reader, source); break;
                case 9: height = ExchangeCodec.ReadLong(ref reader); break;
                case 10: time = ExchangeCodec.ReadTime(ref reader); break;
                default: ExchangeCodec.Unknown(ref reader, key); break;
            }
        }
        ExchangeCodec.Require(ref reader, seen, ExchangeCodec.Keys(1, 3) | ExchangeCodec.Keys(5, 10));
        return new PatientHead
        {
            Did = did, Shard = shard, Seq = seq, Steward = steward, Keys = [.. keys.OfType<PublicKey>()], Segments = segments,
            DepositCards = cards, SealedKeys = sealedKeys, Height = height, Time = time,
        };
    }

    private static PatientSegment ReadSegment(ref CborReader reader, ReadOnlyMemory<byte> source)
    {
        reader.ReadArrayStart(4);
        Id16 id = ExchangeCodec.ReadId(ref reader);
        string owner = ExchangeCodec.ReadDid(ref reader);
        PublicKey? key = ExchangeCodec.ReadPublicKey(ref reader);
        return new PatientSegment(id, owner, key!, ExchangeCodec.ReadLong(ref reader));
    }
}
