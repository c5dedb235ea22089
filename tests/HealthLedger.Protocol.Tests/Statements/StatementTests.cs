using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Cose;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Protocol.Tests.Statements;

public class StatementTests
{
    private static readonly SigningKey Key = Samples.Signer(7);

    private static SortedDictionary<int, Action<CborWriter>> Header() => new()
    {
        [1] = w => w.WriteInt(-7),
        [3] = w => w.WriteText(Statement.ContentType),
        [4] = w => w.WriteHash(Key.Public.KeyId),
        [15] = w => Claims(w, Samples.Did(7), $"urn:healthledger:{Samples.Network}:2"),
    };

    private static SortedDictionary<int, Action<CborWriter>> Payload() => new()
    {
        [1] = w => w.WriteText(Samples.Network),
        [2] = w => w.WriteUInt(2),
        [3] = w => w.WriteUInt(1),
        [4] = w => w.WriteHash(Samples.Hash(1)),
        [5] = w => w.WriteUInt((ulong)Samples.Time),
        [6] = w => w.WriteUInt((ulong)Samples.Time + 1),
        [7] = w => w.WriteId16(Samples.Id(1)),
    };

    private static void Claims(CborWriter writer, string issuer, string subject)
    {
        writer.WriteMapStart(2);
        writer.WriteInt(1);
        writer.WriteText(issuer);
        writer.WriteInt(2);
        writer.WriteText(subject);
    }

    private static byte[] Map(SortedDictionary<int, Action<CborWriter>> fields)
    {
        CborWriter writer = new();
        writer.WriteMapStart(fields.Count);
        foreach ((int key, Action<CborWriter> write) in fields)
        {
            writer.WriteInt(key);
            write(writer);
        }
        return writer.ToArray();
    }

    private static Result<Statement> Signed(Action<SortedDictionary<int, Action<CborWriter>>>? header = null, Action<SortedDictionary<int, Action<CborWriter>>>? payload = null)
    {
        SortedDictionary<int, Action<CborWriter>> h = Header(), p = Payload();
        header?.Invoke(h);
        payload?.Invoke(p);
        return Statement.Decode(CoseSign1.Sign(Key, Map(h), Map(p)));
    }

    [Fact]
    public void A_statement_made_by_hand_is_read()
    {
        Statement statement = Signed(payload: p => p[8] = w => w.WriteUInt(0)).Value;
        (statement.Seq, statement.Atomic, statement.IssuerDid.ToString()).Should().Be((0, false, Samples.Did(7)));
        statement.Verify(Key.Public).Should().BeTrue();
        statement.Verify(Samples.Signer(8).Public).Should().BeFalse();
    }

    public static TheoryData<string, Action<SortedDictionary<int, Action<CborWriter>>>> WrongHeaders => new()
    {
        { "another algorithm", h => h[1] = w => w.WriteInt(-35) },
        { "another content type", h => h[3] = w => w.WriteText("application/cbor") },
        { "a short key id", h => h[4] = w => w.WriteBytes(new byte[31]) },
        { "no key id", h => h.Remove(4) },
        { "a label more", h => h[5] = w => w.WriteBytes([1]) },
        { "a label in the place of another", h => { h.Remove(3); h[16] = w => w.WriteText("x"); } },
        { "an issuer that is no did", h => h[15] = w => Claims(w, "https://example.org", $"urn:healthledger:{Samples.Network}:2") },
        { "an issuer of another network", h => h[15] = w => Claims(w, Samples.Did(7).Replace("demo-", "demi-", StringComparison.Ordinal), $"urn:healthledger:{Samples.Network}:2") },
        { "a subject of another shard", h => h[15] = w => Claims(w, Samples.Did(7), $"urn:healthledger:{Samples.Network}:3") },
        { "a subject of another network", h => h[15] = w => Claims(w, Samples.Did(7), "urn:healthledger:demi-k3f9a2x7:2") },
        { "a shard with a leading zero", h => h[15] = w => Claims(w, Samples.Did(7), $"urn:healthledger:{Samples.Network}:02") },
        { "claims that are no map", h => h[15] = w => w.WriteUInt(1) },
    };

    [Theory]
    [MemberData(nameof(WrongHeaders), DisableDiscoveryEnumeration = true)]
    public void A_header_that_is_not_exactly_ours_is_refused(string why, Action<SortedDictionary<int, Action<CborWriter>>> change) => Signed(header: change).IsOk.Should().BeFalse(why);

    public static TheoryData<string, Action<SortedDictionary<int, Action<CborWriter>>>> WrongPayloads => new()
    {
        { "a name that is none", p => p[1] = w => w.WriteText("Demo") },
        { "a shard that is none", p => p[2] = w => w.WriteUInt(1025) },
        { "no event", p => p[3] = w => w.WriteUInt(0) },
        { "too many events", p => p[3] = w => w.WriteUInt(1025) },
        { "a short root", p => p[4] = w => w.WriteBytes(new byte[31]) },
        { "a time beyond time", p => p[5] = w => w.WriteUInt((1UL << 48) + 1) },
        { "a negative time", p => p[6] = w => w.WriteInt(-1) },
        { "a short nonce", p => p[7] = w => w.WriteBytes(new byte[15]) },
        { "no nonce", p => p.Remove(7) },
        { "a negative counter", p => p[8] = w => w.WriteInt(-1) },
        { "a counter beyond what JavaScript counts", p => p[8] = w => w.WriteUInt(1UL << 53) },
        { "atomic false", p => p[9] = w => w.WriteBool(false) },
        { "atomic 1", p => p[9] = w => w.WriteUInt(1) },
        { "a field more", p => p[10] = w => w.WriteUInt(1) },
    };

    [Theory]
    [MemberData(nameof(WrongPayloads), DisableDiscoveryEnumeration = true)]
    public void A_payload_that_is_not_exactly_ours_is_refused(string why, Action<SortedDictionary<int, Action<CborWriter>>> change) => Signed(payload: change).IsOk.Should().BeFalse(why);

    [Fact]
    public void An_envelope_that_is_not_exactly_ours_is_refused()
    {
        byte[] header = Map(Header()), payload = Map(Payload()), signature = new byte[64];
        Decode(header, [0xa0], payload, false, signature).IsOk.Should().BeTrue("its signature is not looked at yet");
        Decode(header, [0xa1, 4, 0x40], payload, false, signature).IsOk.Should().BeFalse("an unprotected header");
        Decode(header, [0xa0], payload, true, signature).IsOk.Should().BeFalse("a detached payload");
        Decode(header, [0xa0], payload, false, new byte[63]).IsOk.Should().BeFalse("a short signature");
        byte[] good = CoseSign1.Sign(Key, header, payload);
        Statement.Decode(good.AsMemory(1)).IsOk.Should().BeFalse("no tag");
        Statement.Decode((byte[])[0xd1, .. good[1..]]).IsOk.Should().BeFalse("another tag");
        Statement.Decode((byte[])[0xd8, 0x12, .. good[1..]]).IsOk.Should().BeFalse("a tag not in its shortest form");
        Statement.Decode((byte[])[.. good, 0]).IsOk.Should().BeFalse("a byte more");
        Statement.Decode(new byte[Statement.BytesMax + 1]).Fault.Code.Should().Be(FaultCode.FormatLimit);
    }

    [Fact]
    public void The_identity_of_a_statement_does_not_hang_on_its_signature()
    {
        byte[] header = Map(Header()), payload = Map(Payload());
        Statement one = Statement.Decode(CoseSign1.Sign(Key, header, payload)).Value, other = Statement.Decode(CoseSign1.Sign(Key, header, payload)).Value;
        one.Id.Should().Be(other.Id);
        one.LeafHash.Should().NotBe(other.LeafHash, "the leaf is the whole message, and ECDSA draws a nonce");
    }

    private static Result<Statement> Decode(byte[] header, byte[] unprotected, byte[] payload, bool detached, byte[] signature)
    {
        CborWriter writer = new();
        CoseSign1.Write(writer, header, unprotected, payload, detached, signature);
        return Statement.Decode(writer.ToArray());
    }
}
