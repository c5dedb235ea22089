using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol.Tests.Statements;

namespace HealthLedger.Protocol.Tests.Objects;

public class VaultObjectTests
{
    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();
    private static readonly byte[] KeyA = Samples.Seed(1), KeyB = Samples.Seed(2);
    private static readonly SealingKey Segment = Samples.Sealer(1), Successor = Samples.Sealer(2), Grantee = Samples.Sealer(3), Stranger = Samples.Sealer(4);

    [Fact]
    public void Content_and_manifest_open_under_their_key_and_kind_alone() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), plaintext =>
    {
        byte[] content = RecordCipher.Seal(ObjectKind.Content, KeyA, plaintext);
        RecordCipher.Open(ObjectKind.Content, KeyA, content).Value.Should().Equal(plaintext);
        RecordCipher.Open(ObjectKind.Content, KeyB, content).Fault.Code.Should().Be(FaultCode.SealBroken);
        RecordCipher.Open(ObjectKind.Manifest, KeyA, content).IsOk.Should().BeFalse();
        content[1] = (byte)ObjectKind.Manifest;
        RecordCipher.Open(ObjectKind.Manifest, KeyA, content).Fault.Code.Should().Be(FaultCode.SealBroken, "the kind is bound");
        VaultObject.Check(content).Value.Should().Be(ObjectKind.Manifest);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(239)]
    [InlineData(240)]
    [InlineData(65_519)]
    [InlineData(65_520)]
    [InlineData(RecordCipher.PlaintextBytesMax)]
    public void Contents_of_every_length_are_canonical(int length)
    {
        byte[] content = RecordCipher.Seal(ObjectKind.Content, KeyA, new byte[length]);
        VaultObject.Check(content).Value.Should().Be(ObjectKind.Content);
        RecordCipher.Open(ObjectKind.Content, KeyA, content).Value.Length.Should().Be(length);
    }

    [Fact]
    public void Wrapped_keys_open_for_their_record_alone()
    {
        using AesGcm batch = new(KeyA, RecordCipher.TagLength);
        byte[] wrapped = RecordCipher.Wrap(batch, Samples.Id(1), Samples.Hash(1), KeyA, KeyB);
        RecordCipher.Unwrap(KeyA, Samples.Id(1), Samples.Hash(1), wrapped).Value.Should().Equal([.. KeyA, .. KeyB]);
        RecordCipher.Unwrap(KeyA, Samples.Id(2), Samples.Hash(1), wrapped).Fault.Code.Should().Be(FaultCode.SealBroken);
        RecordCipher.Unwrap(KeyA, Samples.Id(1), Samples.Hash(2), wrapped).Fault.Code.Should().Be(FaultCode.SealBroken);
        RecordCipher.Unwrap(KeyB, Samples.Id(1), Samples.Hash(1), wrapped).Fault.Code.Should().Be(FaultCode.SealBroken);
        RecordCipher.Commit(KeyA).Should().NotBe(RecordCipher.Commit(KeyB));
    }

    /// <summary>Every kind that has a seal, with how it opens; the opening says whether it gave what was sealed.</summary>
    public static TheoryData<string> Kinds => new() { "content", "wrapped", "envelope", "sealed-key", "predecessor", "record-keys", "deposit-card", "note" };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Whoever_is_meant_opens_an_object_and_nobody_else(string kind)
    {
        (byte[] bytes, Func<byte[], bool, Fault?> open) = Make(kind);
        open(bytes, true).Should().BeNull();
        open(bytes, false).Should().NotBeNull();
        VaultObject.Check(bytes).IsOk.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_bit_of_an_object_can_change_unnoticed(string kind)
    {
        (byte[] bytes, Func<byte[], bool, Fault?> open) = Make(kind);
        // An HPKE opening costs half a millisecond: every byte, but one bit of each where the seal is HPKE's.
        for (int i = 0; i < bytes.Length; i++)
        {
            for (int bit = i % 8; bit < 8; bit += kind is "content" or "wrapped" ? 1 : 8)
            {
                bytes[i] ^= (byte)(1 << bit);
                open(bytes, true).Should().NotBeNull($"bit {bit} of byte {i} was changed");
                bytes[i] ^= (byte)(1 << bit);
            }
        }
        for (int length = 0; length < bytes.Length; length++) VaultObject.Check(bytes.AsSpan(0, length)).IsOk.Should().BeFalse();
        VaultObject.Check([.. bytes, 0]).IsOk.Should().BeFalse();
    }

    [Fact]
    public void The_newest_segment_key_opens_all_before_it_and_an_old_one_nothing_newer()
    {
        SealedObject predecessor = SealedObject.Decode(SealedTo.Predecessor(Random, Samples.Id(1), Segment, Successor.Public)).Value;
        using SealingKey old = SealedTo.OpenPredecessor(predecessor, Successor).Value;
        old.Public.Should().Be(Segment.Public);
        SealedTo.OpenPredecessor(predecessor, Segment).Fault.Code.Should().Be(FaultCode.SealBroken);
    }

    [Fact]
    public void Objects_that_are_none_are_refused()
    {
        foreach (byte[] bytes in (byte[][])[[], [0x82], [0x82, 0x00, 0x40], [0x82, 0x0a, 0x40], [0x82, 0x01, 0x40], [0x82, 0x01, 0x60], [0x82, 0x09, 0x80], [0x83, 0x01, 0x40, 0x40]])
            VaultObject.Check(bytes).IsOk.Should().BeFalse(Convert.ToHexString(bytes));
        VaultObject.Check(new byte[VaultObject.BytesMax + 1]).Fault.Code.Should().Be(FaultCode.FormatLimit);
        VaultObject.IsErasable(ObjectKind.Content).Should().BeFalse();
        VaultObject.IsErasable(ObjectKind.WrappedKeys).Should().BeTrue();
        VaultObject.IsErasable(ObjectKind.Note).Should().BeFalse();
    }

    private static (byte[] Bytes, Func<byte[], bool, Fault?> Open) Make(string kind)
    {
        switch (kind)
        {
            case "content":
                return (RecordCipher.Seal(ObjectKind.Content, KeyA, "text"u8), (bytes, right) => Refusal(RecordCipher.Open(ObjectKind.Content, right ? KeyA : KeyB, bytes)));
            case "wrapped":
                using (AesGcm batch = new(KeyA, RecordCipher.TagLength))
                    return (RecordCipher.Wrap(batch, Samples.Id(1), Samples.Hash(1), KeyA, KeyB), (bytes, right) => Refusal(RecordCipher.Unwrap(right ? KeyA : KeyB, Samples.Id(1), Samples.Hash(1), bytes)));
            case "envelope":
                return (SealedTo.Envelope(Random, Samples.Id(1), Segment.Public, KeyA), Sealed(Segment, SealedTo.OpenEnvelope, opened => opened.Should().Equal(KeyA)));
            case "sealed-key":
                return (SealedTo.SegmentKey(Random, Samples.Id(1), Segment, "laboratory", Grantee.Public),
                    Sealed(Grantee, SealedTo.OpenSegmentKey, opened => (opened.Key.Public, opened.Label).Should().Be((Segment.Public, "laboratory"))));
            case "predecessor":
                return (SealedTo.Predecessor(Random, Samples.Id(1), Segment, Successor.Public), Sealed(Successor, SealedTo.OpenPredecessor, opened => opened.Public.Should().Be(Segment.Public)));
            case "record-keys":
                RecordKeyPair pair = new(Samples.Hash(1), KeyA, KeyB);
                return (SealedTo.RecordKeys(Random, [pair], Grantee.Public),
                    Sealed(Grantee, SealedTo.OpenRecordKeys, opened => opened.Should().ContainSingle().Which.ContentKey.ToArray().Should().Equal(KeyB)));
            case "deposit-card":
                return (SealedTo.DepositCard(Random, [new LabelledSegment("general", Samples.Id(1)), new LabelledSegment("vitals", Samples.Id(2))], Grantee.Public),
                    Sealed(Grantee, SealedTo.OpenDepositCard, opened => opened.Should().HaveCount(2).And.HaveElementAt(1, new LabelledSegment("vitals", Samples.Id(2)))));
            default:
                Note note = new("Because it hurts.", Samples.Did(5), Samples.Id(9));
                return (note.Seal(Random, Grantee.Public), (bytes, right) =>
                {
                    Result<Note> opened = Note.Open(bytes, id => id == Grantee.Public.KeyId && right ? Grantee : null);
                    if (opened.IsOk) opened.Value.Should().Be(note);
                    return Refusal(opened);
                });
        }
    }

    private static Func<byte[], bool, Fault?> Sealed<T>(SealingKey owner, Func<SealedObject, SealingKey, Result<T>> open, Action<T> check) => (bytes, right) =>
    {
        if (!SealedObject.Decode(bytes).TryGet(out SealedObject? read, out Fault fault)) return fault;
        Result<T> opened = open(read, right ? owner : Stranger);
        if (opened.IsOk) check(opened.Value);
        return Refusal(opened);
    };

    private static Fault? Refusal<T>(Result<T> result) => result.IsOk ? null : result.Fault;
}
