using System.Buffers.Binary;
using HealthLedger.Protocol;
using HealthLedger.Protocol.State;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Execution;

/// <summary>The rows that hold one number.</summary>
internal static class Counters
{
    /// <summary>An identity's counter; 0 before its first statement.</summary>
    public static long Sequence(IRowReader state, Hash32 did)
    {
        RowKey key = RowKey.Of(Table.Sequence, did);
        return Read(state, key);
    }

    /// <summary>How many statements are remembered.</summary>
    public static long Remembered(IRowReader state) => Read(state, RowKey.Of(Table.StatementCount));

    public static byte[] Encode(long value)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    private static long Read(IRowReader state, RowKey key) => state.TryGet(key.Span, out ReadOnlyMemory<byte> value) ? BinaryPrimitives.ReadInt64BigEndian(value.Span) : 0;
}
