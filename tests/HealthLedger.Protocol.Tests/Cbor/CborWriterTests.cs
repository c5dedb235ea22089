using HealthLedger.Protocol.Cbor;

namespace HealthLedger.Protocol.Tests.Cbor;

public class CborWriterTests
{
    [Fact]
    public void Keys_out_of_order_or_twice_are_a_bug_that_throws()
    {
        Action disorder = () => Write(2, 1), twice = () => Write(1, 1), negative = () => Write(-1, 1);
        disorder.Should().Throw<InvalidOperationException>();
        twice.Should().Throw<InvalidOperationException>();
        negative.Should().Throw<InvalidOperationException>("-1 is 0x20 and comes behind 1");
        Write(1, -1);

        static void Write(params int[] keys)
        {
            CborWriter writer = new();
            writer.WriteMapStart(keys.Length);
            foreach (int key in keys)
            {
                writer.WriteInt(key);
                writer.WriteNull();
            }
        }
    }

    [Fact]
    public void An_incomplete_item_cannot_be_taken()
    {
        CborWriter writer = new();
        writer.WriteArrayStart(2);
        writer.WriteUInt(1);
        writer.Invoking(w => w.ToArray()).Should().Throw<InvalidOperationException>();
        writer.WriteUInt(2);
        writer.ToArray().Should().Equal(0x82, 1, 2);
        writer.Reset();
        writer.WriteMapStart(0);
        writer.ToArray().Should().Equal(0xa0);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_not_text()
    {
        CborWriter writer = new();
        writer.Invoking(w => w.WriteText("\ud800")).Should().Throw<ArgumentException>();
        writer.Invoking(w => w.WriteTextUtf8([0xc3, 0x28])).Should().Throw<ArgumentException>();
    }
}
