using FsCheck;
using FsCheck.Fluent;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Protocol.Tests.Statements;

public class EventTests
{
    [Fact]
    public void An_event_reads_back_whatever_its_subject_and_salt() => Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyString>(), ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<uint>(), (subject, salt, type) =>
    {
        Result<Event> created = Event.Create(type, subject.Get, Samples.Id(salt), Samples.Body(2));
        if (!created.TryGet(out Event item, out Fault fault))
        {
            fault.Code.Should().Be(FaultCode.FormatLimit);
            return;
        }
        Event read = Event.Decode(item.Bytes).Value;
        (read.Type, read.Subject, read.Salt, read.Hash).Should().Be((type, subject.Get, Samples.Id(salt), TreeHash.Leaf(item.Bytes.Span)));
        read.Body.ToArray().Should().Equal(Samples.Body(2));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_the_scanner_recognizes_the_reader_reads_alike()
    {
        byte[][] seeds = [.. new[] { 0, 1, 3, 11 }.Select(fields => Samples.Event(1, fields: fields).Bytes.ToArray()), Event.Create(400, Samples.Did(3), Samples.Id(1), Body(7, 24, 300, 70_000, 1UL << 40)).Value.Bytes.ToArray()];
        foreach (byte[] seed in seeds) Agree(seed).Should().BeTrue("the usual events are scanned");
        int scanned = 0;
        System.Random random = new(1);
        for (int round = 0; round < 200_000; round++)
        {
            byte[] changed = (byte[])seeds[round % seeds.Length].Clone();
            for (int changes = 1 + round % 3; changes > 0; changes--) changed[random.Next(changed.Length)] = (byte)(random.Next(3) == 0 ? random.Next(32) : random.Next(256));
            if (round % 7 == 0) changed = changed[..random.Next(changed.Length)];
            if (Agree(changed)) scanned++;
        }
        scanned.Should().BeGreaterThan(10_000);
    }

    [Theory]
    [InlineData("a301190190026161035000000000000000000000000000000000", "no body")]
    [InlineData("a501190190026161035000000000000000000000000000000000" + "04a0" + "05a0", "a field more")]
    [InlineData("a4011901900261610350000000000000000000000000000000000440", "a body of bytes")]
    [InlineData("a40119019002600350000000000000000000000000000000000004a0", "an empty subject")]
    [InlineData("a40119019002616103400000000000000000000000000000000004a0", "a short salt")]
    [InlineData("a40118100261610350000000000000000000000000000000000004a0", "a type not in its shortest form")]
    [InlineData("a40219019001616103500000000000000000000000000000000004a0", "keys out of order")]
    [InlineData("a4011901900261ff03500000000000000000000000000000000004a0", "a subject that is not UTF-8")]
    [InlineData("a40119019002616103500000000000000000000000000000000004a2020001", "body keys out of order")]
    [InlineData("a40119019002616103500000000000000000000000000000000004a101f90000", "a float")]
    [InlineData("a40119019002616103500000000000000000000000000000000004a000", "a byte more")]
    public void A_thing_that_is_not_quite_an_event_is_refused(string hex, string why) => Event.Decode(Convert.FromHexString(hex)).IsOk.Should().BeFalse(why);

    [Fact]
    public void Events_are_bounded()
    {
        Event.Create(1, new string('s', 255), default, [0xa0]).IsOk.Should().BeTrue();
        Event.Create(1, new string('s', 256), default, [0xa0]).Fault.Code.Should().Be(FaultCode.FormatLimit);
        Event.Create(1, "s", default, Big(Event.BytesMax - 28 - 5)).IsOk.Should().BeTrue();
        Event.Create(1, "s", default, Big(Event.BytesMax)).Fault.Code.Should().Be(FaultCode.FormatLimit);
        Event.Create(1, "s", default, []).IsOk.Should().BeFalse();
    }

    [Theory]
    [InlineData("directory", 0)]
    [InlineData("did:healthledger:demo:a", 1)]
    public void The_directory_is_shard_0_and_all_else_goes_by_hash(string subject, int shard) => Shards.Of(subject, 4).Should().Be(shard);

    [Fact]
    public void Subjects_spread_over_all_shards() =>
        Enumerable.Range(0, 400).Select(i => Shards.Of($"subject {i}", 4)).GroupBy(shard => shard).Select(group => group.Key).Order().Should().Equal(1, 2, 3, 4);

    private static bool Agree(byte[] bytes)
    {
        if (!EventScanner.TryScan(bytes, out uint type, out int subjectAt, out int saltAt, out int bodyAt)) return false;
        Event.TryRead(bytes, out uint readType, out int readSubjectAt, out int readSaltAt, out int readBodyAt, out Fault fault).Should().BeTrue($"{Convert.ToHexString(bytes)}: {fault}");
        (type, subjectAt, saltAt, bodyAt).Should().Be((readType, readSubjectAt, readSaltAt, readBodyAt));
        return true;
    }

    private static byte[] Body(params ulong[] values)
    {
        CborWriter writer = new();
        writer.WriteMapStart(values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            writer.WriteUInt((ulong)i);
            writer.WriteArrayStart(3);
            writer.WriteUInt(values[i]);
            writer.WriteId16(Samples.Id(1));
            writer.WriteHash(Samples.Hash(1));
        }
        return writer.ToArray();
    }

    private static byte[] Big(int bytes)
    {
        CborWriter writer = new(bytes + 8);
        writer.WriteMapStart(1);
        writer.WriteUInt(1);
        writer.WriteBytes(new byte[bytes]);
        return writer.ToArray();
    }
}
