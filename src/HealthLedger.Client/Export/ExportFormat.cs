using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Client.Export;

/// <summary>The items of an export file (FORMATS.md section 9): one header, entries ascending by leaf, one end, each chained to the one before.</summary>
internal static class ExportFormat
{
    public const string Version = "healthledger/export/v1";
    public const int ItemBytesMax = 40 << 20, GenesisBytesMax = 8 << 20, CheckpointBytesMax = 16 << 10;

    private const int SigningAlgorithm = -7;

    private static ReadOnlySpan<byte> Domain => "healthledger/export/v1\0"u8;

    /// <summary>What an item is called by the one after it.</summary>
    public static Hash32 HashOf(ReadOnlySpan<byte> item) => Sha256.Hash(Domain, item);

    public static byte[] Encode(ExportHeader header)
    {
        CborWriter writer = new(header.Genesis.Length + 512);
        writer.WriteMapStart(5 + (header.Checkpoint is null ? 0 : 1) + (header.Configurations is null ? 0 : 1));
        writer.WriteInt(1);
        writer.WriteText(Version);
        writer.WriteInt(2);
        writer.WriteBytes(header.Genesis.Span);
        writer.WriteInt(3);
        writer.WriteText(header.Patient);
        writer.WriteInt(4);
        writer.WriteInt(header.Time);
        writer.WriteInt(5);
        writer.WriteInt((int)header.Mode);
        if (header.Checkpoint is not null)
        {
            writer.WriteInt(6);
            writer.WriteText(header.Checkpoint);
        }
        if (header.Configurations is { } configurations)
        {
            writer.WriteInt(7);
            writer.WriteBytes(configurations.Span);
        }
        return writer.ToArray();
    }

    public static Result<ExportHeader> DecodeHeader(ReadOnlySpan<byte> item)
    {
        CborReader reader = new(item);
        int pairs = reader.ReadMapStart();
        if (pairs is not (5 or 6 or 7)) reader.Fail("An export's header has five to seven fields.");
        reader.ReadKey(1);
        if (reader.ReadText(64) != Version) reader.Fail("The file is not an export of this version.", FaultCode.Unsupported);
        reader.ReadKey(2);
        byte[] genesis = reader.ReadBytesUpTo(GenesisBytesMax).ToArray();
        reader.ReadKey(3);
        string patient = reader.ReadText(255);
        reader.ReadKey(4);
        long time = (long)reader.ReadUInt(1UL << 48);
        reader.ReadKey(5);
        int mode = reader.ReadInt32(2);
        if (mode == 0) reader.Fail("There is no mode 0.", FaultCode.FormatValue);
        string? checkpoint = null;
        byte[]? configurations = null;
        for (int left = pairs - 5; reader.NextKey(ref left, out int key);)
        {
            if (key == 6) checkpoint = reader.ReadText(CheckpointBytesMax);
            else if (key == 7) configurations = reader.ReadBytesUpTo(ConfigurationHistory.BytesMax).ToArray();
            else reader.Fail($"An export's header has no field {key}.");
        }
        return reader.End() ? new ExportHeader(genesis, patient, time, (ExportMode)mode, checkpoint, configurations is null ? null : (ReadOnlyMemory<byte>?)configurations) : reader.Fault;
    }

    public static byte[] Encode(ExportEntry entry)
    {
        CborWriter writer = new(entry.Receipt.Length + (entry.Manifest?.Length ?? 0) + (entry.Content?.Length ?? 0) + 256);
        writer.WriteMapStart(2 + (entry.Manifest is null ? 0 : 2) + (entry.Keys is null ? 0 : 1));
        writer.WriteInt(1);
        writer.WriteHash(entry.Before);
        writer.WriteInt(2);
        writer.WriteBytes(entry.Receipt.Span);
        if (entry is { Manifest: { } manifest, Content: { } content })
        {
            writer.WriteInt(3);
            writer.WriteBytes(manifest.Span);
            writer.WriteInt(4);
            writer.WriteBytes(content.Span);
        }
        if (entry.Keys is { } keys)
        {
            writer.WriteInt(5);
            writer.WriteBytes(keys.Span);
        }
        return writer.ToArray();
    }

    public static Result<ExportEntry> DecodeEntry(ReadOnlySpan<byte> item)
    {
        CborReader reader = new(item);
        int pairs = reader.ReadMapStart();
        if (pairs is not (2 or 4 or 5)) reader.Fail("An export's entry has two, four or five fields.");
        reader.ReadKey(1);
        Hash32 before = reader.ReadHash();
        reader.ReadKey(2);
        byte[] receipt = reader.ReadBytes().ToArray();
        byte[]? manifest = null, content = null, keys = null;
        if (pairs >= 4)
        {
            reader.ReadKey(3);
            manifest = reader.ReadBytes().ToArray();
            reader.ReadKey(4);
            content = reader.ReadBytes().ToArray();
        }
        if (pairs == 5)
        {
            reader.ReadKey(5);
            keys = reader.ReadBytes(64).ToArray();
        }
        if (!reader.End()) return reader.Fault;
        return new ExportEntry { Before = before, Receipt = receipt, Manifest = Optional(manifest), Content = Optional(content), Keys = Optional(keys) };
    }

    public static byte[] Encode(ExportEnd end, ISigner signer)
    {
        byte[] signed = SignedPart(end);
        byte[] signature = new byte[PublicKey.SignatureLength];
        signer.Sign([.. Domain, .. signed], signature);
        CborWriter writer = new(signed.Length + 160);
        writer.WriteArrayStart(3);
        writer.WriteBytes(signed);
        writer.WriteBytes(signer.Public.Sec1);
        writer.WriteArrayStart(2);
        writer.WriteInt(SigningAlgorithm);
        writer.WriteBytes(signature);
        return writer.ToArray();
    }

    /// <summary>Reads the end and checks its signature. Whose key it is, the caller judges.</summary>
    public static Result<(ExportEnd End, PublicKey Signer)> DecodeEnd(ReadOnlySpan<byte> item)
    {
        CborReader reader = new(item);
        reader.ReadArrayStart(3);
        ReadOnlySpan<byte> signed = reader.ReadBytes();
        ReadOnlySpan<byte> point = reader.ReadBytes(PublicKey.Sec1Length);
        reader.ReadArrayStart(2);
        if (reader.ReadInt() != SigningAlgorithm) reader.Fail("The signature's algorithm is not ES256.", FaultCode.Unsupported);
        ReadOnlySpan<byte> signature = reader.ReadBytes(PublicKey.SignatureLength);
        if (!reader.End()) return reader.Fault;
        if (!PublicKey.FromSec1(point).TryGet(out PublicKey? signer, out Fault fault)) return fault;
        if (!signer.Verify([.. Domain, .. signed], signature)) return new Fault(FaultCode.SignatureInvalid, "The signature of the export does not verify.");
        CborReader body = new(signed);
        if (body.ReadMapStart() != 3) body.Fail("An export's end has three fields.");
        body.ReadKey(1);
        Hash32 before = body.ReadHash();
        body.ReadKey(2);
        long count = (long)body.ReadUInt(long.MaxValue);
        body.ReadKey(3);
        int objects = body.ReadArrayStart();
        List<ReadOnlyMemory<byte>> sealedKeys = [];
        for (int i = 0; i < objects && !body.Failed; i++) sealedKeys.Add(body.ReadBytes().ToArray());
        return body.End() ? (new ExportEnd(before, count, sealedKeys), signer) : body.Fault;
    }

    private static byte[] SignedPart(ExportEnd end)
    {
        CborWriter writer = new(256);
        writer.WriteMapStart(3);
        writer.WriteInt(1);
        writer.WriteHash(end.Before);
        writer.WriteInt(2);
        writer.WriteInt(end.Count);
        writer.WriteInt(3);
        writer.WriteArrayStart(end.SealedKeys.Count);
        foreach (ReadOnlyMemory<byte> item in end.SealedKeys) writer.WriteBytes(item.Span);
        return writer.ToArray();
    }

    private static ReadOnlyMemory<byte>? Optional(byte[]? bytes) => bytes is null ? null : (ReadOnlyMemory<byte>?)bytes;
}

/// <summary>How an export holds records.</summary>
public enum ExportMode
{
    /// <summary>In the clear, with each record's keys: whoever has the file can read it, and check it against the ledger.</summary>
    Open = 1,

    /// <summary>As vault objects; their keys sealed to one recipient at the end of the file.</summary>
    Sealed = 2,
}

/// <summary>The first item.</summary>
/// <param name="Genesis">The genesis file.</param>
/// <param name="Patient">Whose record it is.</param>
/// <param name="Time">When it was written, in milliseconds since 1970.</param>
/// <param name="Mode">In the clear, or sealed.</param>
/// <param name="Checkpoint">A checkpoint of that time; null for none.</param>
/// <param name="Configurations">The encoded configurations by which receipts that bring none are checked; null for none after the genesis.</param>
internal sealed record ExportHeader(ReadOnlyMemory<byte> Genesis, string Patient, long Time, ExportMode Mode, string? Checkpoint, ReadOnlyMemory<byte>? Configurations);

/// <summary>One entry of the patient's log with its receipt; for a record also what is in it.</summary>
internal sealed record ExportEntry
{
    public required Hash32 Before { get; init; }

    public required ReadOnlyMemory<byte> Receipt { get; init; }

    public ReadOnlyMemory<byte>? Manifest { get; init; }

    public ReadOnlyMemory<byte>? Content { get; init; }

    public ReadOnlyMemory<byte>? Keys { get; init; }
}

/// <summary>The last item.</summary>
internal sealed record ExportEnd(Hash32 Before, long Count, IReadOnlyList<ReadOnlyMemory<byte>> SealedKeys);
