using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Tests.Cbor;

public class CborReaderTests
{
    [Theory]
    [InlineData("a2020101 02", FaultCode.CborNotCanonical, "keys out of order")]
    [InlineData("a201020103", FaultCode.CborNotCanonical, "a key twice")]
    [InlineData("a2200101 02", FaultCode.CborNotCanonical, "negative before positive")]
    [InlineData("a18001", FaultCode.CborNotCanonical, "an array as key")]
    [InlineData("a1a001", FaultCode.CborNotCanonical, "a map as key")]
    [InlineData("a1810101", FaultCode.CborNotCanonical, "a full array as key")]
    [InlineData("a1f501", FaultCode.CborNotCanonical, "a boolean as key")]
    [InlineData("a1f601", FaultCode.CborNotCanonical, "null as key")]
    [InlineData("a1c10101", FaultCode.CborNotCanonical, "a tag as key")]
    [InlineData("1817", FaultCode.CborNotCanonical, "23 in two bytes")]
    [InlineData("1900ff", FaultCode.CborNotCanonical, "255 in three bytes")]
    [InlineData("1a0000ffff", FaultCode.CborNotCanonical, "65535 in five bytes")]
    [InlineData("1b00000000ffffffff", FaultCode.CborNotCanonical, "2^32-1 in nine bytes")]
    [InlineData("580100", FaultCode.CborNotCanonical, "an over-long length")]
    [InlineData("5f4100ff", FaultCode.CborNotCanonical, "an indefinite string")]
    [InlineData("9fff", FaultCode.CborNotCanonical, "an indefinite array")]
    [InlineData("bfff", FaultCode.CborNotCanonical, "an indefinite map")]
    [InlineData("f90000", FaultCode.CborNotCanonical, "a half")]
    [InlineData("fa00000000", FaultCode.CborNotCanonical, "a float")]
    [InlineData("fb0000000000000000", FaultCode.CborNotCanonical, "a double")]
    [InlineData("f7", FaultCode.CborNotCanonical, "undefined")]
    [InlineData("e0", FaultCode.CborNotCanonical, "simple value 0")]
    [InlineData("f8ff", FaultCode.CborNotCanonical, "simple value 255")]
    [InlineData("f818", FaultCode.CborMalformed, "a reserved simple value")]
    [InlineData("0000", FaultCode.CborMalformed, "trailing bytes")]
    [InlineData("", FaultCode.CborMalformed, "nothing")]
    [InlineData("62c328", FaultCode.CborMalformed, "invalid UTF-8")]
    [InlineData("9bffffffffffffffff", FaultCode.CborMalformed, "an array of 2^64 - 1")]
    [InlineData("bb7fffffffffffffff", FaultCode.CborMalformed, "a map of 2^63 - 1")]
    [InlineData("5b7fffffffffffffff", FaultCode.CborMalformed, "a string of 2^63 - 1")]
    [InlineData("8181818181818181818181818181818181 00", FaultCode.FormatLimit, "depth 17")]
    [InlineData("c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1 00", FaultCode.FormatLimit, "17 tags")]
    [InlineData("81818181818181818181818181818181 80", FaultCode.FormatLimit, "depth 17, empty")]
    public void What_is_not_canonical_is_refused(string hex, FaultCode code, string what)
    {
        CborReader reader = new(Convert.FromHexString(hex.Replace(" ", "")));
        reader.ReadEncoded();
        reader.End().Should().BeFalse(what);
        reader.Fault.Code.Should().Be(code, $"{what}: {reader.Fault}");
    }

    [Fact]
    public void Depth_16_is_the_deepest()
    {
        CborReader reader = new(Convert.FromHexString("8181818181818181818181818181818100"));
        reader.ReadEncoded();
        reader.End().Should().BeTrue();
    }

    [Fact]
    public void The_first_error_stays_and_everything_after_it_is_the_default()
    {
        CborReader reader = new([0x61, (byte)'a', 0x05]);
        reader.ReadUInt().Should().Be(0);
        Fault first = reader.Fault;
        first.Code.Should().Be(FaultCode.CborUnexpected);
        reader.ReadText(10).Should().BeEmpty();
        reader.ReadBytes().IsEmpty.Should().BeTrue();
        reader.ReadMapStart().Should().Be(0);
        reader.PeekType.Should().Be(CborType.None);
        reader.Fail("later");
        reader.End().Should().BeFalse();
        reader.Fault.Should().Be(first);
    }

    [Fact]
    public void A_typed_decoder_reads_a_map_and_refuses_its_disorder()
    {
        Decode("a301182a0261780341ff").Should().Be("42 x 1");
        Decode("a2026178 01182a").Should().StartWith("HL-1002");
        Decode("a101").Should().StartWith("HL-1001");
        Decode("a10401").Should().StartWith("HL-1003");
        Decode("a1616101").Should().StartWith("HL-1003");

        static string Decode(string hex)
        {
            CborReader reader = new(Convert.FromHexString(hex.Replace(" ", "")));
            ulong number = 0;
            string text = "";
            int bytes = 0;
            int pairs = reader.ReadMapStart();
            while (reader.NextKey(ref pairs, out int key))
            {
                switch (key)
                {
                    case 1: number = reader.ReadUInt(100); break;
                    case 2: text = reader.ReadText(5); break;
                    case 3: bytes = reader.ReadBytesUpTo(4).Length; break;
                    default: reader.Fail($"Key {key} is not known."); break;
                }
            }
            return reader.End() ? $"{number} {text} {bytes}" : reader.Fault.ToString();
        }
    }

    [Fact]
    public void Limits_of_the_caller_are_kept()
    {
        new Func<Fault>(() => Read("1865", (ref CborReader r) => r.ReadUInt(100)))().Code.Should().Be(FaultCode.FormatValue);
        Read("626161", (ref CborReader r) => r.ReadText(1)).Code.Should().Be(FaultCode.FormatLimit);
        Read("420000", (ref CborReader r) => r.ReadBytesUpTo(1)).Code.Should().Be(FaultCode.FormatLimit);
        Read("420000", (ref CborReader r) => r.ReadBytes(3)).Code.Should().Be(FaultCode.FormatValue);
        Read("3bffffffffffffffff", (ref CborReader r) => r.ReadInt()).Code.Should().Be(FaultCode.FormatValue);
        Read("1b8000000000000000", (ref CborReader r) => r.ReadInt()).Code.Should().Be(FaultCode.FormatValue);
        Read("820102", (ref CborReader r) => r.ReadArrayStart(3)).Code.Should().Be(FaultCode.CborUnexpected);
        Read("d1d280", (ref CborReader r) => r.ReadTag(18)).Code.Should().Be(FaultCode.CborUnexpected);
        Read("1a80000000", (ref CborReader r) => r.ReadInt32()).Code.Should().Be(FaultCode.FormatValue);
    }

    [Fact]
    public void Reading_and_writing_again_allocate_nothing()
    {
        CborWriter writer = new(64);
        Round(writer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) Round(writer);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000, "a thousand rounds allocate less than a byte each");

        static void Round(CborWriter writer)
        {
            writer.Reset();
            writer.WriteMapStart(2);
            writer.WriteInt(1);
            writer.WriteHash(Hash32.Zero);
            writer.WriteInt(2);
            writer.WriteText("grant");
            CborReader reader = new(writer.WrittenSpan);
            int pairs = reader.ReadMapStart();
            while (reader.NextKey(ref pairs, out int key))
            {
                if (key == 1) reader.ReadHash();
                else reader.ReadTextUtf8(16);
            }
            if (!reader.End()) throw new InvalidOperationException(reader.Fault.ToString());
        }
    }

    private delegate void Reading(ref CborReader reader);

    private static Fault Read(string hex, Reading reading)
    {
        CborReader reader = new(Convert.FromHexString(hex));
        reading(ref reader);
        return reader.Fault;
    }
}
