using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Cose;

/// <summary>
/// COSE_Sign1, tag 18, with ES256 and empty external_aad [RFC 9052 §4.2]: one signature over a protected header and a payload. The
/// parts are slices of the encoded message. Reading a message says nothing of its signature: ask <see cref="Verify(PublicKey)"/>.
/// <code>
/// d2                       tag 18
///   84                     array of 4
///     bstr                 protected header: an encoded map, or empty
///     map                  unprotected header: never signed
///     bstr / nil           payload, or nil where it is detached
///     bstr (64)            r ‖ s
/// </code>
/// </summary>
public readonly struct CoseSign1
{
    /// <summary>The tag of COSE_Sign1.</summary>
    public const ulong Tag = 18;

    private const byte EmptyMap = 0xa0;

    /// <summary>The protected header as it was sent: an encoded map, or empty.</summary>
    public ReadOnlyMemory<byte> Protected { get; private init; }

    /// <summary>The unprotected header: an encoded map. Nothing in it is signed.</summary>
    public ReadOnlyMemory<byte> Unprotected { get; private init; }

    /// <summary>The payload; empty where it is detached.</summary>
    public ReadOnlyMemory<byte> Payload { get; private init; }

    /// <summary>True when the message has nil in the place of its payload.</summary>
    public bool IsDetached { get; private init; }

    /// <summary>The signature: r ‖ s for ES256.</summary>
    public ReadOnlyMemory<byte> Signature { get; private init; }

    /// <summary>True when the unprotected header is the empty map.</summary>
    public bool UnprotectedIsEmpty => Unprotected.Length == 1 && Unprotected.Span[0] == EmptyMap;

    /// <summary>Reads a tagged message that is canonical CBOR as a whole, its protected header included. No signature is checked.</summary>
    public static Result<CoseSign1> Decode(ReadOnlyMemory<byte> encoded)
    {
        CborReader reader = new(encoded.Span);
        reader.ReadTag(Tag);
        reader.ReadArrayStart(4);
        ReadOnlySpan<byte> header = reader.ReadBytes();
        Range headerAt = (reader.Position - header.Length)..reader.Position;
        int start = reader.Position;
        if (reader.PeekType != CborType.Map) reader.Fail("The unprotected header is not a map.");
        reader.ReadEncoded();
        Range unprotectedAt = start..reader.Position;
        bool detached = reader.TryReadNull();
        ReadOnlySpan<byte> payload = detached ? default : reader.ReadBytes();
        Range payloadAt = (reader.Position - payload.Length)..reader.Position;
        ReadOnlySpan<byte> signature = reader.ReadBytes();
        Range signatureAt = (reader.Position - signature.Length)..reader.Position;
        if (!reader.End()) return reader.Fault;
        if (!header.IsEmpty && CheckHeader(header) is { } unfit) return unfit;
        return new CoseSign1
        {
            Protected = encoded[headerAt],
            Unprotected = encoded[unprotectedAt],
            Payload = encoded[payloadAt],
            IsDetached = detached,
            Signature = encoded[signatureAt],
        };
    }

    /// <summary>Writes a tagged message with an empty unprotected header.</summary>
    /// <param name="writer">Gets one item.</param>
    /// <param name="protectedHeader">An encoded map.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="signature64">r ‖ s.</param>
    public static void Write(CborWriter writer, ReadOnlySpan<byte> protectedHeader, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature64) =>
        Write(writer, protectedHeader, [EmptyMap], payload, detached: false, signature64);

    /// <summary>Writes a tagged message.</summary>
    /// <param name="writer">Gets one item.</param>
    /// <param name="protectedHeader">An encoded map.</param>
    /// <param name="unprotectedHeader">An encoded map.</param>
    /// <param name="payload">The payload; ignored when detached.</param>
    /// <param name="detached">Whether nil stands in the place of the payload.</param>
    /// <param name="signature64">r ‖ s.</param>
    public static void Write(
        CborWriter writer, ReadOnlySpan<byte> protectedHeader, ReadOnlySpan<byte> unprotectedHeader, ReadOnlySpan<byte> payload, bool detached, ReadOnlySpan<byte> signature64)
    {
        writer.WriteTag(Tag);
        writer.WriteArrayStart(4);
        writer.WriteBytes(protectedHeader);
        writer.WriteEncoded(unprotectedHeader);
        if (detached) writer.WriteNull();
        else writer.WriteBytes(payload);
        writer.WriteBytes(signature64);
    }

    /// <summary>
    /// Writes the bytes that are signed: <c>["Signature1", protected, external_aad, payload]</c> [RFC 9052 §4.4]. A protected header that is
    /// an empty map is signed as the empty string, however it was sent.
    /// </summary>
    public static void WriteSigStructure(CborWriter writer, ReadOnlySpan<byte> protectedHeader, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> externalAad = default)
    {
        writer.WriteArrayStart(4);
        writer.WriteTextUtf8("Signature1"u8);
        writer.WriteBytes(protectedHeader is [EmptyMap] ? default : protectedHeader);
        writer.WriteBytes(externalAad);
        writer.WriteBytes(payload);
    }

    /// <summary>Signs and returns the tagged message, with an empty unprotected header: one signature.</summary>
    public static byte[] Sign(ISigner signer, ReadOnlySpan<byte> protectedHeader, ReadOnlySpan<byte> payload)
    {
        Span<byte> signature = stackalloc byte[PublicKey.SignatureLength];
        SignDetached(signer, protectedHeader, payload, signature);
        CborWriter writer = new(protectedHeader.Length + payload.Length + 96);
        Write(writer, protectedHeader, payload, signature);
        return writer.ToArray();
    }

    /// <summary>Signs protected header and payload and writes r ‖ s: one signature.</summary>
    public static void SignDetached(ISigner signer, ReadOnlySpan<byte> protectedHeader, ReadOnlySpan<byte> payload, Span<byte> signature64)
    {
        CborWriter writer = new(protectedHeader.Length + payload.Length + 32);
        WriteSigStructure(writer, protectedHeader, payload);
        signer.Sign(writer.WrittenSpan, signature64);
    }

    /// <summary>The algorithm that the protected header names; null where it names none.</summary>
    public int? Algorithm
    {
        get
        {
            if (Protected.IsEmpty) return null;
            CborReader reader = new(Protected.Span);
            for (int pairs = reader.ReadMapStart(); pairs > 0 && !reader.Failed; pairs--)
            {
                // Label 1 has the smallest encoding but 0's, so the search is over after a key or two.
                if (reader.PeekType != CborType.UnsignedInteger) return null;
                ulong label = reader.ReadUInt();
                if (label == CoseLabel.Algorithm) return reader.PeekType is CborType.UnsignedInteger or CborType.NegativeInteger && reader.ReadInt() is >= int.MinValue and <= int.MaxValue and long id ? (int)id : 0;
                if (label > CoseLabel.Algorithm) return null;
                reader.ReadEncoded();
            }
            return null;
        }
    }

    /// <summary>True when the signature is by <paramref name="key"/> over this header and payload. False for a detached payload. One verification.</summary>
    public bool Verify(PublicKey key) => !IsDetached && Verify(key, Payload.Span);

    /// <summary>
    /// True when the signature is by <paramref name="key"/> over this header and the given payload. A protected header that names another
    /// algorithm than ES256 is not verified; one that names none is, and whether it may be so is for the format to say. One verification.
    /// </summary>
    public bool Verify(PublicKey key, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> externalAad = default)
    {
        if (Signature.Length != PublicKey.SignatureLength || Algorithm is { } named && named != CoseAlgorithm.Es256) return false;
        CborWriter writer = new(Protected.Length + payload.Length + externalAad.Length + 32);
        WriteSigStructure(writer, Protected.Span, payload, externalAad);
        return key.Verify(writer.WrittenSpan, Signature.Span);
    }

    private static Fault? CheckHeader(ReadOnlySpan<byte> header)
    {
        CborReader reader = new(header);
        if (reader.PeekType != CborType.Map) reader.Fail("The protected header is not a map.");
        reader.ReadEncoded();
        return reader.End() ? null : reader.Fault;
    }
}
