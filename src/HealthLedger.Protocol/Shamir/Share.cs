using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Shamir;

/// <summary>One of n shares. Fewer than k of them say nothing of the secret; neither does a commitment.</summary>
/// <param name="Index">Its place, from 1 to n.</param>
/// <param name="Blind">16 random bytes that keep the commitment from being guessed.</param>
/// <param name="Value">As long as the secret.</param>
public sealed record Share(byte Index, byte[] Blind, byte[] Value)
{
    /// <summary>Bytes of a blind.</summary>
    public const int BlindLength = 16;

    /// <summary>What everybody may know of the share: H(domain ‖ k ‖ n ‖ index ‖ blind ‖ value). One hash.</summary>
    /// <param name="threshold">k.</param>
    /// <param name="count">n.</param>
    public Hash32 Commitment(byte threshold, byte count) => Sha256.Hash("healthledger/share/v1\0"u8, [threshold, count, Index], Blind, Value);

    /// <summary>The canonical CBOR <c>[index, blind, value]</c>; what is sealed to who keeps the share.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(Value.Length + 32);
        writer.WriteArrayStart(3);
        writer.WriteUInt(Index);
        writer.WriteBytes(Blind);
        writer.WriteBytes(Value);
        return writer.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    public static Result<Share> Decode(ReadOnlySpan<byte> encoded)
    {
        CborReader reader = new(encoded);
        reader.ReadArrayStart(3);
        byte index = (byte)reader.ReadUInt(byte.MaxValue);
        byte[] blind = reader.ReadBytes(BlindLength).ToArray();
        byte[] value = reader.ReadBytesUpTo(ShamirSecret.SecretLengthMax).ToArray();
        if (index == 0) reader.Fail("A share's index is from 1 to 255.", FaultCode.FormatValue);
        return reader.End() ? new Share(index, blind, value) : reader.Fault;
    }
}

/// <summary>A secret that was split.</summary>
/// <param name="Threshold">k: how many shares give the secret back.</param>
/// <param name="Shares">All n, by index; each goes to one keeper and nowhere else.</param>
/// <param name="Commitments">One a share, by index; public, recorded on the ledger.</param>
public sealed record SplitSecret(byte Threshold, IReadOnlyList<Share> Shares, IReadOnlyList<Hash32> Commitments);
