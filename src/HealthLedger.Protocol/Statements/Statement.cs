using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Cose;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Statements;

/// <summary>
/// What an author signs (FORMATS.md section 1): one COSE_Sign1 over the root of one to 1,024 events. Decoding checks the form, not the
/// signature: ask <see cref="Verify"/>. Immutable.
/// </summary>
public sealed class Statement
{
    /// <summary>Most bytes of an encoded statement.</summary>
    public const int BytesMax = 1024;

    /// <summary>Most events under one statement.</summary>
    public const int EventsMax = 1024;

    /// <summary>The longest time from <see cref="IssuedAt"/> to <see cref="NotAfter"/>, in milliseconds: 24 hours.</summary>
    public const long ValidityMax = 24 * 60 * 60 * 1000;

    /// <summary>The content type in the protected header.</summary>
    public const string ContentType = "application/healthledger-statement+cbor";

    private readonly CoseSign1 _message;
    private string _subject = "";

    private Statement(ReadOnlyMemory<byte> bytes, CoseSign1 message) => (Bytes, _message) = (bytes, message);

    /// <summary>The tagged COSE_Sign1: the statement's leaf in the tree.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Names the statement whatever its signature (ECDSA is malleable): a hash of protected header and payload.</summary>
    public Hash32 Id { get; private init; }

    /// <summary>The RFC 9162 leaf hash of <see cref="Bytes"/>.</summary>
    public Hash32 LeafHash { get; private init; }

    /// <summary>The id of the key that signed.</summary>
    public Hash32 KeyId { get; private set; }

    /// <summary>The identity whose authority is used, a did.</summary>
    public string Issuer { get; private set; } = "";

    /// <summary>The issuer, parsed: always of <see cref="Network"/>.</summary>
    public LedgerDid IssuerDid { get; private set; }

    /// <summary>The network it is for.</summary>
    public string Network { get; private set; } = "";

    /// <summary>The shard of every one of its events.</summary>
    public int Shard { get; private set; }

    /// <summary>How many events it covers, 1 to 1,024.</summary>
    public int Count { get; private set; }

    /// <summary>The RFC 9162 root over the events' bytes.</summary>
    public Hash32 EventsRoot { get; private set; }

    /// <summary>When it was signed, in milliseconds since 1970.</summary>
    public long IssuedAt { get; private set; }

    /// <summary>The last block time at which it may be taken, in milliseconds since 1970.</summary>
    public long NotAfter { get; private set; }

    /// <summary>Makes every statement's id its own.</summary>
    public Id16 Nonce { get; private set; }

    /// <summary>The issuer's counter; present under the identity of a patient.</summary>
    public long? Seq { get; private set; }

    /// <summary>True when one refusal refuses all of its events.</summary>
    public bool Atomic { get; private set; }

    /// <summary>Reads a statement: exactly the headers and fields of the format. Two hashes.</summary>
    public static Result<Statement> Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"A statement has at most {BytesMax} bytes.");
        if (!CoseSign1.Decode(bytes).TryGet(out CoseSign1 message, out Fault fault)) return fault;
        if (!message.UnprotectedIsEmpty) return new Fault(FaultCode.CborUnexpected, "A statement's unprotected header is empty.");
        if (message.IsDetached) return new Fault(FaultCode.CborUnexpected, "A statement carries its payload.");
        if (message.Signature.Length != PublicKey.SignatureLength) return new Fault(FaultCode.FormatValue, "A statement's signature has 64 bytes.");
        Statement statement = new(bytes, message)
        {
            Id = StatementCodec.ComputeId(message.Protected.Span, message.Payload.Span),
            LeafHash = TreeHash.Leaf(bytes.Span),
        };
        return (statement.ReadProtected(message.Protected.Span) ?? statement.ReadPayload(message.Payload.Span)) is { } unfit ? unfit : statement;
    }

    /// <summary>True when <paramref name="key"/> is the key it names and the signature is by it. One verification, about 60 µs.</summary>
    public bool Verify(PublicKey key) => key.KeyId == KeyId && _message.Verify(key);

    /// <summary>The statement with COSE receipts in its unprotected header, a <c>transparent statement</c> [RFC 9943]: for others, never submitted.</summary>
    /// <param name="receipts">Encoded COSE receipts, at least one.</param>
    public byte[] ToTransparent(IReadOnlyList<ReadOnlyMemory<byte>> receipts)
    {
        ArgumentOutOfRangeException.ThrowIfZero(receipts.Count, nameof(receipts));
        CborWriter header = new(1024);
        header.WriteMapStart(1);
        header.WriteInt(CoseLabel.Receipts);
        header.WriteArrayStart(receipts.Count);
        foreach (ReadOnlyMemory<byte> receipt in receipts) header.WriteBytes(receipt.Span);
        CborWriter writer = new(Bytes.Length + header.Length);
        CoseSign1.Write(writer, _message.Protected.Span, header.WrittenSpan, _message.Payload.Span, detached: false, _message.Signature.Span);
        return writer.ToArray();
    }

    private Fault? ReadProtected(ReadOnlySpan<byte> header)
    {
        CborReader reader = new(header);
        if (reader.ReadMapStart() != 4) reader.Fail("A statement's protected header has 4 labels.");
        reader.ReadKey(CoseLabel.Algorithm);
        if (reader.ReadInt() != CoseAlgorithm.Es256) reader.Fail("The signature's algorithm is not one this software knows.", FaultCode.Unsupported);
        reader.ReadKey(CoseLabel.ContentType);
        if (!reader.ReadTextUtf8(ContentType.Length).SequenceEqual("application/healthledger-statement+cbor"u8)) reader.Fail("The content type is not that of a statement.");
        reader.ReadKey(CoseLabel.KeyId);
        KeyId = reader.ReadHash();
        reader.ReadKey(CoseLabel.CwtClaims);
        if (reader.ReadMapStart() != 2) reader.Fail("A statement's claims are issuer and subject.");
        reader.ReadKey(CwtClaim.Issuer);
        Issuer = reader.ReadText(LedgerDid.TextLengthMax);
        if (LedgerDid.Parse(Issuer).TryGet(out LedgerDid did, out Fault fault)) IssuerDid = did;
        else reader.Fail(fault.Message, fault.Code);
        reader.ReadKey(CwtClaim.Subject);
        _subject = reader.ReadText(StatementCodec.SubjectBytesMax);
        return reader.End() ? null : reader.Fault;
    }

    private Fault? ReadPayload(ReadOnlySpan<byte> payload)
    {
        CborReader reader = new(payload);
        int pairs = reader.ReadMapStart();
        if (pairs is < 7 or > 9) reader.Fail("A statement's payload has 7 to 9 fields.");
        reader.ReadKey(1);
        Network = reader.ReadNetwork();
        reader.ReadKey(2);
        Shard = reader.ReadInt32(Shards.CountMax);
        reader.ReadKey(3);
        Count = reader.ReadInt32(EventsMax);
        if (Count == 0) reader.Fail("A statement covers at least one event.", FaultCode.FormatValue);
        reader.ReadKey(4);
        EventsRoot = reader.ReadHash();
        reader.ReadKey(5);
        IssuedAt = reader.ReadTime();
        reader.ReadKey(6);
        NotAfter = reader.ReadTime();
        reader.ReadKey(7);
        Nonce = reader.ReadId16();
        for (int left = pairs - 7; reader.NextKey(ref left, out int key);)
        {
            switch (key)
            {
                case 8: Seq = reader.ReadCount(); break;
                case 9 when reader.ReadBool(): Atomic = true; break;
                case 9: reader.Fail("The field atomic is true or absent.", FaultCode.CborNotCanonical); break;
                default: reader.Fail($"A statement's payload has no field {key}."); break;
            }
        }
        if (!reader.Failed && !StatementCodec.IsSubject(_subject, Network, Shard))
            reader.Fail("The subject claim does not name the network and shard of the payload.", FaultCode.FormatValue);
        if (!reader.Failed && IssuerDid.Network != Network) reader.Fail("The issuer is of another network.", FaultCode.FormatValue);
        return reader.End() ? null : reader.Fault;
    }
}
