using System.Formats.Cbor;
using FsCheck;
using FsCheck.Fluent;
using Ours = HealthLedger.Protocol.Cbor;

namespace HealthLedger.Protocol.Tests.Cbor;

/// <summary>Our reader and writer beside the framework's, in its canonical mode (whose key order differs from RFC 8949's only in length-first).</summary>
public class CborOracleTests
{
    private abstract record Item;

    private sealed record Number(long Value) : Item;

    private sealed record Octets(byte[] Value) : Item;

    private sealed record Words(string Value) : Item;

    private sealed record Truth(bool? Value) : Item;

    private sealed record Tagged(int Tag, Item Content) : Item;

    private sealed record Items(Item[] Value) : Item;

    private sealed record Pairs((long Key, Item Value)[] Value) : Item;

    [Fact]
    public void What_we_write_is_what_the_framework_writes_and_both_read_it_back() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(Arb.From(Trees(4)), item =>
        {
            Ours.CborWriter writer = new(16);
            WriteOurs(writer, item);
            CborWriter theirs = new(CborConformanceMode.Canonical);
            WriteTheirs(theirs, item);
            byte[] bytes = writer.ToArray();
            Ours.CborReader reader = new(bytes);
            bool whole = reader.ReadEncoded().SequenceEqual(bytes) && reader.End();
            CborReader oracle = new(bytes, CborConformanceMode.Canonical);
            oracle.SkipValue();
            return whole && oracle.BytesRemaining == 0 && bytes.AsSpan().SequenceEqual(theirs.Encode());
        }));

    [Fact]
    public void Of_random_bytes_we_accept_nothing_that_the_framework_refuses()
    {
        Random random = new(20_240_711);
        Ours.CborWriter writer = new();
        Item[] samples = [.. Trees(3).Sample(400, 8)];
        samples.Should().HaveCount(400);
        int accepted = 0;
        for (int round = 0; round < 40_000; round++)
        {
            byte[] bytes;
            if (round % 2 == 0)
            {
                bytes = new byte[random.Next(1, 12)];
                random.NextBytes(bytes);
            }
            else
            {
                writer.Reset();
                WriteOurs(writer, samples[random.Next(samples.Length)]);
                bytes = writer.ToArray();
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }
            Ours.CborReader reader = new(bytes);
            reader.ReadEncoded();
            if (!reader.End()) continue;
            accepted++;
            CborReader oracle = new(bytes, CborConformanceMode.Strict);
            // Throws, and fails the test, on what is not well-formed.
            oracle.SkipValue();
            if (oracle.BytesRemaining > 0) Assert.Fail(Convert.ToHexString(bytes));
        }
        accepted.Should().BeGreaterThan(1_000);
    }

    private static Gen<Item> Trees(int depth)
    {
        Gen<Item> number = ArbMap.Default.GeneratorFor<long>().Select(value => (Item)new Number(value));
        Gen<Item> small = Gen.Choose(-300, 300).Select(value => (Item)new Number(value));
        Gen<Item> octets = ArbMap.Default.GeneratorFor<byte[]>().Select(value => (Item)new Octets(value ?? []));
        Gen<Item> words = Gen.Elements("", "a", "grant", "ü", "水", "𐅑", new string('x', 30), new string('y', 300)).Select(value => (Item)new Words(value));
        Gen<Item> truth = Gen.Elements<bool?>(true, false, null).Select(value => (Item)new Truth(value));
        if (depth == 0) return Gen.OneOf(number, small, octets, words, truth);
        Gen<Item> inner = Trees(depth - 1);
        Gen<Item> tagged = Gen.Choose(0, 70_000).Zip(inner).Select(pair => (Item)new Tagged(pair.Item1, pair.Item2));
        Gen<Item> items = inner.ArrayOf().Resize(5).Select(value => (Item)new Items(value));
        // One sign and one width of key, so that both key orders agree.
        Gen<Item> pairs = Gen.Choose(0, 23).Zip(inner).ArrayOf().Resize(5)
            .Select(value => (Item)new Pairs([.. value.Select(pair => ((long)pair.Item1, pair.Item2)).DistinctBy(pair => pair.Item1).OrderBy(pair => pair.Item1)]));
        return Gen.OneOf(number, small, octets, words, truth, tagged, items, pairs);
    }

    private static void WriteOurs(Ours.CborWriter writer, Item item)
    {
        switch (item)
        {
            case Number n: writer.WriteInt(n.Value); break;
            case Octets b: writer.WriteBytes(b.Value); break;
            case Words t: writer.WriteText(t.Value); break;
            case Truth { Value: { } value }: writer.WriteBool(value); break;
            case Truth: writer.WriteNull(); break;
            case Tagged t:
                writer.WriteTag((ulong)t.Tag);
                WriteOurs(writer, t.Content);
                break;
            case Items a:
                writer.WriteArrayStart(a.Value.Length);
                foreach (Item each in a.Value) WriteOurs(writer, each);
                break;
            case Pairs m:
                writer.WriteMapStart(m.Value.Length);
                foreach ((long key, Item value) in m.Value)
                {
                    writer.WriteInt(key);
                    WriteOurs(writer, value);
                }
                break;
        }
    }

    private static void WriteTheirs(CborWriter writer, Item item)
    {
        switch (item)
        {
            case Number n: writer.WriteInt64(n.Value); break;
            case Octets b: writer.WriteByteString(b.Value); break;
            case Words t: writer.WriteTextString(t.Value); break;
            case Truth { Value: { } value }: writer.WriteBoolean(value); break;
            case Truth: writer.WriteNull(); break;
            case Tagged t:
                writer.WriteTag((CborTag)t.Tag);
                WriteTheirs(writer, t.Content);
                break;
            case Items a:
                writer.WriteStartArray(a.Value.Length);
                foreach (Item each in a.Value) WriteTheirs(writer, each);
                writer.WriteEndArray();
                break;
            case Pairs m:
                writer.WriteStartMap(m.Value.Length);
                foreach ((long key, Item value) in m.Value)
                {
                    writer.WriteInt64(key);
                    WriteTheirs(writer, value);
                }
                writer.WriteEndMap();
                break;
        }
    }
}
