using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Tests.Exchange;

public sealed class ExchangeTests
{
    private static readonly SigningKey Signer = SigningKey.FromSeed(new byte[32]);
    private static readonly byte[] Outcome = [0xa1, 0x01, 0x00];

    private static Hash32 Hash(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    private static Id16 Id(byte value) => new(Enumerable.Repeat(value, 16).ToArray());

    public static TheoryData<string> Messages => new(Samples().Select(sample => sample.Name));

    private static IEnumerable<(string Name, byte[] Bytes, Func<ReadOnlyMemory<byte>, (Fault Fault, byte[]? Again)> Again)> Samples()
    {
        yield return ("envelope", new SubmissionEnvelope(new byte[] { 1, 2 }, [new byte[] { 3 }, new byte[40]]).Encode(), Of(SubmissionEnvelope.Decode, m => m.Encode()));
        yield return ("committed", new CommittedStatement(Hash(1), 3, 70_000, 1_700_000_000_000, 9, [Outcome, Outcome]).Encode(), Of(CommittedStatement.Decode, m => m.Encode()));
        yield return ("head request", new PatientHeadRequest("did:healthledger:test:abc").Encode(), Of(PatientHeadRequest.Decode, m => m.Encode()));
        yield return ("head", Head("did:x:steward").Encode(), Of(PatientHead.Decode, m => m.Encode()));
        yield return ("head without steward", Head(null).Encode(), Of(PatientHead.Decode, m => m.Encode()));
        yield return ("keys request", new RecordKeysRequest([Hash(1), Hash(2)]).Encode(), Of(RecordKeysRequest.Decode, m => m.Encode()));
        yield return ("keys answer", new RecordKeysAnswer([null, new RecordKeyHit(Hash(1), Hash(2), Id(3), "did:x:p", 17, 2)]).Encode(), Of(RecordKeysAnswer.Decode, m => m.Encode()));
        yield return ("release request", new ReleaseRequest { Shard = 1, StatementId = Hash(4), Index = 5 }.Encode(), Of(ReleaseRequest.Decode, m => m.Encode()));
        yield return ("full release request",
            new ReleaseRequest { Shard = 1, StatementId = Hash(4), Index = 5, Cursor = new byte[] { 9 }, WantContent = true, Records = [Hash(6)] }.Encode(),
            Of(ReleaseRequest.Decode, m => m.Encode()));
        yield return ("release page", Page().Encode(), Of(ReleasePage.Decode, m => m.Encode()));
        yield return ("log request", new AccessLogRequest("did:x:p", -1, 10).Encode(), Of(AccessLogRequest.Decode, m => m.Encode()));
        yield return ("later log request", new AccessLogRequest("did:x:p", 12, 10).Encode(), Of(AccessLogRequest.Decode, m => m.Encode()));
        yield return ("log page", new LogPage([Entry(null), Entry(new byte[] { 8, 8 })], 33).Encode(), Of(LogPage.Decode, m => m.Encode()));
        yield return ("resources request", new ResourcesRequest([Id(1)]).Encode(), Of(ResourcesRequest.Decode, m => m.Encode()));
        yield return ("resources answer", new ResourcesAnswer([null, new ResourceHit(2, "did:x:p", [new ResourceVersion(Hash(1), 5, 300)])]).Encode(), Of(ResourcesAnswer.Decode, m => m.Encode()));
        yield return ("grants request", new GrantsRequest("did:x:p").Encode(), Of(GrantsRequest.Decode, m => m.Encode()));
        yield return ("grants answer",
            new GrantsAnswer([new GrantView { Grant = Id(1), Event = new byte[] { 1 }, Leaf = 2, Time = 3, Used = 4, RevokedAt = 5, ClosedAt = 6 }]).Encode(),
            Of(GrantsAnswer.Decode, m => m.Encode()));
        yield return ("receipt request", new ReceiptRequest(1, 99).Encode(), Of(ReceiptRequest.Decode, m => m.Encode()));
        yield return ("fault", new FaultAnswer(new Fault(FaultCode.FormatLimit, "Too long."), 250).Encode(), Of(FaultAnswer.Decode, m => m.Encode()));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_is_the_same_after_decoding_and_encoding(string name)
    {
        var sample = Samples().Single(s => s.Name == name);
        (Fault fault, byte[]? again) = sample.Again(sample.Bytes);
        fault.Code.Should().Be(FaultCode.None, fault.Message);
        again.Should().Equal(sample.Bytes);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_that_is_cut_or_longer_is_refused(string name)
    {
        var sample = Samples().Single(s => s.Name == name);
        for (int length = 0; length < sample.Bytes.Length; length++) sample.Again(sample.Bytes.AsMemory(0, length)).Fault.Code.Should().NotBe(FaultCode.None, $"{length} bytes are too few");
        sample.Again((byte[])[.. sample.Bytes, 0]).Fault.Code.Should().NotBe(FaultCode.None);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_flipped_bit_gives_a_fault_or_another_canonical_message(string name)
    {
        var sample = Samples().Single(s => s.Name == name);
        for (int bit = 0; bit < 8 * sample.Bytes.Length; bit++)
        {
            byte[] changed = [.. sample.Bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            (Fault fault, byte[]? again) = sample.Again(changed);
            if (fault.Code == FaultCode.None) again.Should().Equal(changed);
        }
    }

    [Fact]
    public void A_signed_query_verifies_with_its_key_only()
    {
        byte[] request = new PatientHeadRequest("did:x:p").Encode();
        byte[] bytes = SignedQuery.Sign(Signer, "did:x:org", "test-net", QueryMethod.PatientHead, request, 1_700_000_000_000, Id(7));
        SignedQuery query = SignedQuery.Decode(bytes).Value;
        query.Issuer.Should().Be("did:x:org");
        query.Network.Should().Be("test-net");
        query.Method.Should().Be(QueryMethod.PatientHead);
        query.IssuedAt.Should().Be(1_700_000_000_000);
        query.Nonce.Should().Be(Id(7));
        query.Parameters.ToArray().Should().Equal(request);
        query.Verify(Signer.Public).Should().BeTrue();
        query.Verify(SigningKey.FromSeed(Hash(1).ToArray()).Public).Should().BeFalse();
    }

    [Fact]
    public void A_changed_query_is_refused_or_does_not_verify()
    {
        byte[] bytes = SignedQuery.Sign(Signer, "did:x:org", "test-net", QueryMethod.Grants, new GrantsRequest("did:x:p").Encode(), 1_700_000_000_000, Id(7));
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 1;
            if (SignedQuery.Decode(changed).TryGet(out SignedQuery? query, out _)) query.Verify(Signer.Public).Should().BeFalse($"byte {i} was changed");
        }
    }

    [Fact]
    public void A_page_with_more_log_entries_than_the_limit_is_refused()
    {
        LogPage page = new([.. Enumerable.Repeat(Entry(null), ExchangeLimits.LogEntriesMax + 1)], null);
        LogPage.Decode(page.Encode()).Fault.Code.Should().Be(FaultCode.FormatLimit);
    }

    [Fact]
    public void A_part_that_is_empty_is_left_out_like_one_that_is_null()
    {
        ReleasePage page = Page() with { Records = [Page().Records[0] with { Content = default(ReadOnlyMemory<byte>) }], Cursor = default(ReadOnlyMemory<byte>) };
        ReleasePage read = ReleasePage.Decode(page.Encode()).Value;
        read.Records[0].Content.Should().BeNull();
        read.Cursor.Should().BeNull();
        LogPage.Decode(new LogPage([Entry([])], null).Encode()).Value.Entries[0].Note.Should().BeNull();
    }

    [Fact]
    public void A_long_fault_is_cut_between_characters()
    {
        byte[] bytes = new FaultAnswer(new Fault(FaultCode.FormatLimit, new string('é', 1_000))).Encode();
        FaultAnswer.Decode(bytes).Value.Fault.Message.Should().Be(new string('é', FaultAnswer.MessageBytesMax / 2));
    }

    private static PatientHead Head(string? steward) => new()
    {
        Did = "did:x:p", Shard = 2, Seq = 5, Steward = steward, Keys = [Signer.Public], Segments = [new PatientSegment(Id(1), "did:x:p", Signer.Public, 12)],
        DepositCards = [new byte[] { 1 }], SealedKeys = [new byte[] { 2 }, new byte[] { 3 }], Height = 44, Time = 1_700_000_000_000,
    };

    private static ReleasePage Page() => new()
    {
        SegmentLists = [new SegmentList(Id(1), [new SegmentItem(Hash(1), false), new SegmentItem(Hash(1), true)])],
        Records =
        [
            new ReleasedRecord { RecordId = Hash(1), Event = new byte[] { 1 }, Author = "did:x:org", Leaf = 3, Time = 4, Manifest = new byte[] { 2 }, WrappedKeys = new byte[] { 3 } },
            new ReleasedRecord { RecordId = Hash(2), Event = new byte[] { 1 }, Author = "did:x:org", Leaf = 3, Time = 4, Manifest = new byte[] { 2 }, WrappedKeys = new byte[] { 3 }, Content = new byte[] { 4 } },
        ],
        SealedKeys = [new byte[] { 5 }], Envelopes = [new byte[] { 6 }], Cursor = new byte[] { 7 },
    };

    private static LogEntry Entry(byte[]? note) => new() { Leaf = 1, Height = 2, Time = 3, Issuer = "did:x:org", Event = new byte[] { 4 }, Outcome = Outcome, Note = note is null ? null : (ReadOnlyMemory<byte>?)note };

    private static Func<ReadOnlyMemory<byte>, (Fault, byte[]?)> Of<T>(Func<ReadOnlyMemory<byte>, Result<T>> decode, Func<T, byte[]> encode) =>
        bytes => decode(bytes).TryGet(out T? value, out Fault fault) ? (default, encode(value)) : (fault, null);
}
