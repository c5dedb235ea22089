using System.Globalization;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Cose;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Statements;

/// <summary>The encoded parts of a statement that signing and reading share.</summary>
internal static class StatementCodec
{
    /// <summary>The subject claim of every statement starts so; never a patient.</summary>
    public const string SubjectPrefix = "urn:healthledger:";

    /// <summary>Most bytes of a subject claim.</summary>
    public const int SubjectBytesMax = 17 + NetworkName.LengthMax + 1 + 4;

    public static string Subject(string network, int shard) => string.Create(CultureInfo.InvariantCulture, $"{SubjectPrefix}{network}:{shard}");

    /// <summary>Whether a claim is <see cref="Subject"/>, without making that string.</summary>
    public static bool IsSubject(ReadOnlySpan<char> claim, string network, int shard)
    {
        Span<char> digits = stackalloc char[10];
        shard.TryFormat(digits, out int length, default, CultureInfo.InvariantCulture);
        int colon = SubjectPrefix.Length + network.Length;
        return claim.Length == colon + 1 + length && claim.StartsWith(SubjectPrefix) && claim[SubjectPrefix.Length..colon].SequenceEqual(network)
            && claim[colon] == ':' && claim[(colon + 1)..].SequenceEqual(digits[..length]);
    }

    public static Hash32 ComputeId(ReadOnlySpan<byte> protectedHeader, ReadOnlySpan<byte> payload)
    {
        Span<byte> heads = stackalloc byte[2 * HeadBytesMax];
        int first = WriteHead(heads, protectedHeader.Length);
        int second = WriteHead(heads[HeadBytesMax..], payload.Length);
        Span<byte> joined = stackalloc byte[Statement.BytesMax + 2 * HeadBytesMax];
        int length = 0;
        Append(joined, ref length, heads[..first]);
        Append(joined, ref length, protectedHeader);
        Append(joined, ref length, heads.Slice(HeadBytesMax, second));
        Append(joined, ref length, payload);
        return Sha256.Hash(Domains.StatementId, joined[..length]);
    }

    public static byte[] EncodeProtected(Hash32 keyId, string issuer, string network, int shard)
    {
        CborWriter writer = new(256);
        writer.WriteMapStart(4);
        writer.WriteInt(CoseLabel.Algorithm);
        writer.WriteInt(CoseAlgorithm.Es256);
        writer.WriteInt(CoseLabel.ContentType);
        writer.WriteText(Statement.ContentType);
        writer.WriteInt(CoseLabel.KeyId);
        writer.WriteHash(keyId);
        writer.WriteInt(CoseLabel.CwtClaims);
        writer.WriteMapStart(2);
        writer.WriteInt(CwtClaim.Issuer);
        writer.WriteText(issuer);
        writer.WriteInt(CwtClaim.Subject);
        writer.WriteText(Subject(network, shard));
        return writer.ToArray();
    }

    public static byte[] EncodePayload(string network, int shard, int count, Hash32 eventsRoot, long issuedAt, long notAfter, Id16 nonce, long? seq, bool atomic)
    {
        CborWriter writer = new(160);
        writer.WriteMapStart(7 + (seq is null ? 0 : 1) + (atomic ? 1 : 0));
        writer.WriteUInt(1);
        writer.WriteText(network);
        writer.WriteUInt(2);
        writer.WriteCount(shard);
        writer.WriteUInt(3);
        writer.WriteCount(count);
        writer.WriteUInt(4);
        writer.WriteHash(eventsRoot);
        writer.WriteUInt(5);
        writer.WriteCount(issuedAt);
        writer.WriteUInt(6);
        writer.WriteCount(notAfter);
        writer.WriteUInt(7);
        writer.WriteId16(nonce);
        if (seq is { } counter)
        {
            writer.WriteUInt(8);
            writer.WriteCount(counter);
        }
        if (atomic)
        {
            writer.WriteUInt(9);
            writer.WriteBool(true);
        }
        return writer.ToArray();
    }

    private const int HeadBytesMax = 3;

    /// <summary>The head of a byte string shorter than 64 KiB.</summary>
    private static int WriteHead(Span<byte> at, int length)
    {
        if (length < 24)
        {
            at[0] = (byte)(0x40 | length);
            return 1;
        }
        if (length < 256)
        {
            (at[0], at[1]) = (0x58, (byte)length);
            return 2;
        }
        (at[0], at[1], at[2]) = (0x59, (byte)(length >> 8), (byte)length);
        return 3;
    }

    private static void Append(Span<byte> joined, ref int length, ReadOnlySpan<byte> part)
    {
        part.CopyTo(joined[length..]);
        length += part.Length;
    }
}
