using System.Text;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Orleans.Wire;

/// <summary>Forms of values that are too small for one of their own.</summary>
internal static class Plain
{
    private const int TextBytesMax = 64 * 1024;

    public static byte[] Encode(bool value) => Written(writer => writer.WriteInt(value ? 1 : 0));

    public static byte[] Encode(int value) => Written(writer => writer.WriteInt(value));

    public static byte[] Encode(string value) => Written(writer => writer.WriteTextUtf8(Encoding.UTF8.GetBytes(value)));

    public static byte[] Encode(Tile value) => Written(writer =>
    {
        writer.WriteArrayStart(3);
        writer.WriteInt(value.Level);
        writer.WriteUInt(value.Index);
        writer.WriteInt(value.Width);
    });

    public static Result<bool> DecodeTruth(ReadOnlyMemory<byte> encoded)
    {
        CborReader reader = new(encoded.Span);
        int value = reader.ReadInt32(1);
        return reader.End() ? value == 1 : reader.Fault;
    }

    public static Result<int> DecodeNumber(ReadOnlyMemory<byte> encoded)
    {
        CborReader reader = new(encoded.Span);
        long value = reader.ReadInt();
        if (value is < int.MinValue or > int.MaxValue) reader.Fail("The number is too large.");
        return reader.End() ? (int)value : reader.Fault;
    }

    public static Result<string> DecodeText(ReadOnlyMemory<byte> encoded)
    {
        CborReader reader = new(encoded.Span);
        string value = reader.ReadText(TextBytesMax);
        return reader.End() ? value : reader.Fault;
    }

    public static Result<Hash32> DecodeHash(ReadOnlyMemory<byte> encoded) =>
        encoded.Length == Hash32.Length ? new Hash32(encoded.Span) : new Fault(FaultCode.FormatValue, "A hash has 32 bytes.");

    public static Result<Tile> DecodeTile(ReadOnlyMemory<byte> encoded)
    {
        CborReader reader = new(encoded.Span);
        reader.ReadArrayStart(3);
        int level = reader.ReadInt32(Tile.LevelMax);
        ulong index = reader.ReadUInt(ulong.MaxValue);
        int width = reader.ReadInt32(Tile.FullWidth);
        return reader.End() ? new Tile(level, index, width) : reader.Fault;
    }

    private static byte[] Written(Action<CborWriter> write)
    {
        CborWriter writer = new(64);
        write(writer);
        return writer.ToArray();
    }
}
