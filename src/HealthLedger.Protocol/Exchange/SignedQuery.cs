using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Cose;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Exchange;

/// <summary>
/// A question that only some may ask, signed like a statement: COSE_Sign1 with a content type of its own, so that neither passes for
/// the other (FORMATS.md section 8). A node answers when the key is one of the issuer's now, <see cref="IssuedAt"/> is within
/// <see cref="ExchangeLimits.QueryWindowMilliseconds"/> of its clock and it has not seen the nonce.
/// </summary>
public sealed class SignedQuery
{
    /// <summary>The content type in the protected header.</summary>
    public const string ContentType = "application/healthledger-query+cbor";

    private readonly CoseSign1 _message;

    private SignedQuery(CoseSign1 message) => _message = message;

    /// <summary>The identity that asks.</summary>
    public required string Issuer { get; init; }

    /// <summary>The key that signed.</summary>
    public required Hash32 KeyId { get; init; }

    /// <summary>The network that is asked.</summary>
    public required string Network { get; init; }

    /// <summary>What is asked.</summary>
    public required QueryMethod Method { get; init; }

    /// <summary>When it was signed, in milliseconds since 1970.</summary>
    public required long IssuedAt { get; init; }

    /// <summary>Random, so that a query is answered once.</summary>
    public required Id16 Nonce { get; init; }

    /// <summary>The encoded request that belongs to <see cref="Method"/>.</summary>
    public required ReadOnlyMemory<byte> Parameters { get; init; }

    /// <summary>True when the signature is by <paramref name="key"/>, whose id the header names: one verification.</summary>
    public bool Verify(PublicKey key) => key.KeyId == KeyId && _message.Verify(key);

    /// <summary>Signs a query: one signature.</summary>
    /// <param name="signer">A key of the issuer.</param>
    /// <param name="issuer">The identity that asks.</param>
    /// <param name="network">The network that is asked.</param>
    /// <param name="method">What is asked.</param>
    /// <param name="parameters">The encoded request.</param>
    /// <param name="issuedAt">Now, in milliseconds since 1970.</param>
    /// <param name="nonce">Sixteen random bytes.</param>
    public static byte[] Sign(ISigner signer, string issuer, string network, QueryMethod method, ReadOnlySpan<byte> parameters, long issuedAt, Id16 nonce)
    {
        CborWriter header = new(256);
        header.WriteMapStart(4);
        header.WriteInt(CoseLabel.Algorithm);
        header.WriteInt(CoseAlgorithm.Es256);
        header.WriteInt(CoseLabel.ContentType);
        header.WriteText(ContentType);
        header.WriteInt(CoseLabel.KeyId);
        header.WriteHash(signer.Public.KeyId);
        header.WriteInt(CoseLabel.CwtClaims);
        header.WriteMapStart(2);
        header.WriteInt(CwtClaim.Issuer);
        header.WriteText(issuer);
        header.WriteInt(CwtClaim.Subject);
        header.WriteText(SubjectOf(network));
        CborWriter payload = new(96 + parameters.Length);
        payload.WriteMapStart(5);
        payload.WriteInt(1);
        payload.WriteText(network);
        payload.WriteInt(2);
        payload.WriteInt((int)method);
        payload.WriteInt(3);
        payload.WriteInt(issuedAt);
        payload.WriteInt(4);
        payload.WriteBytes(nonce.Bytes);
        payload.WriteInt(5);
        payload.WriteEncoded(parameters);
        return CoseSign1.Sign(signer, header.WrittenSpan, payload.WrittenSpan);
    }

    /// <summary>Reads a query and checks its form; the signature is not checked (<see cref="Verify"/>).</summary>
    public static Result<SignedQuery> Decode(ReadOnlyMemory<byte> encoded)
    {
        if (encoded.Length > ExchangeLimits.QueryBytesMax) return new Fault(FaultCode.FormatLimit, $"The query is longer than {ExchangeLimits.QueryBytesMax} bytes.");
        if (!CoseSign1.Decode(encoded).TryGet(out CoseSign1 message, out Fault fault)) return fault;
        if (message.IsDetached || !message.UnprotectedIsEmpty || message.Signature.Length != PublicKey.SignatureLength)
            return new Fault(FaultCode.CborUnexpected, "A query has an attached payload, an empty unprotected header and a signature of 64 bytes.");
        CborReader header = new(message.Protected.Span);
        if (header.ReadMapStart() != 4) header.Fail("The header of a query has four fields.");
        header.ReadKey(CoseLabel.Algorithm);
        if (header.ReadInt() != CoseAlgorithm.Es256) header.Fail("The algorithm is not ES256.", FaultCode.Unsupported);
        header.ReadKey(CoseLabel.ContentType);
        if (!header.ReadTextUtf8(64).SequenceEqual("application/healthledger-query+cbor"u8)) header.Fail("The content type is not that of a query.");
        header.ReadKey(CoseLabel.KeyId);
        Hash32 keyId = header.ReadHash();
        header.ReadKey(CoseLabel.CwtClaims);
        if (header.ReadMapStart() != 2) header.Fail("The claims of a query are issuer and subject.");
        header.ReadKey(CwtClaim.Issuer);
        string issuer = ExchangeCodec.ReadDid(ref header);
        header.ReadKey(CwtClaim.Subject);
        string subject = header.ReadText(ExchangeLimits.DidBytesMax);
        if (!header.End()) return header.Fault;

        CborReader payload = new(message.Payload.Span);
        if (payload.ReadMapStart() != 5) payload.Fail("The payload of a query has five fields.");
        payload.ReadKey(1);
        string network = payload.ReadText(ExchangeLimits.NetworkBytesMax);
        payload.ReadKey(2);
        int method = payload.ReadInt32();
        if (method is < (int)QueryMethod.PatientHead or > (int)QueryMethod.Receipt) payload.Fail("The method is not known.", FaultCode.Unsupported);
        payload.ReadKey(3);
        long issuedAt = ExchangeCodec.ReadTime(ref payload);
        payload.ReadKey(4);
        Id16 nonce = ExchangeCodec.ReadId(ref payload);
        payload.ReadKey(5);
        ReadOnlyMemory<byte> parameters = ExchangeCodec.ReadEncoded(ref payload, message.Payload);
        if (!payload.Failed && subject != SubjectOf(network)) payload.Fail("The subject in the header is not that of the network in the payload.");
        if (!payload.End()) return payload.Fault;
        return new SignedQuery(message)
        {
            Issuer = issuer, KeyId = keyId, Network = network, Method = (QueryMethod)method, IssuedAt = issuedAt, Nonce = nonce, Parameters = parameters,
        };
    }

    private static string SubjectOf(string network) => $"urn:healthledger:{network}:query";
}
