using System.Formats.Asn1;

namespace HealthLedger.Protocol.Keys;

/// <summary>The two forms of an ECDSA signature: r ‖ s in 64 bytes, as COSE has it, and DER <c>SEQUENCE { r, s }</c> [RFC 3279 §2.2.3], as signed notes have it.</summary>
public static class EcdsaDer
{
    /// <summary>The longest DER signature.</summary>
    public const int LengthMax = 72;

    /// <summary>DER of r ‖ s.</summary>
    public static byte[] FromFixed(ReadOnlySpan<byte> signature64)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(signature64.Length, PublicKey.SignatureLength);
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(Trim(signature64[..P256.FieldBytes]));
            writer.WriteIntegerUnsigned(Trim(signature64[P256.FieldBytes..]));
        }
        return writer.Encode();
    }

    /// <summary>r ‖ s of strict DER; false for anything else, negative or too large numbers and trailing bytes included.</summary>
    public static bool TryToFixed(ReadOnlySpan<byte> der, Span<byte> signature64)
    {
        if (der.Length > LengthMax || signature64.Length != PublicKey.SignatureLength) return false;
        signature64.Clear();
        try
        {
            AsnReader outer = new(der.ToArray(), AsnEncodingRules.DER);
            AsnReader inner = outer.ReadSequence();
            ReadOnlySpan<byte> r = inner.ReadIntegerBytes().Span, s = inner.ReadIntegerBytes().Span;
            if (outer.HasData || inner.HasData || r[0] > 0x7f || s[0] > 0x7f) return false;
            r = r.TrimStart((byte)0);
            s = s.TrimStart((byte)0);
            if (r.Length > P256.FieldBytes || s.Length > P256.FieldBytes) return false;
            r.CopyTo(signature64[(P256.FieldBytes - r.Length)..]);
            s.CopyTo(signature64[(2 * P256.FieldBytes - s.Length)..]);
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> number)
    {
        ReadOnlySpan<byte> trimmed = number.TrimStart((byte)0);
        return trimmed.IsEmpty ? number[^1..] : trimmed;
    }
}
