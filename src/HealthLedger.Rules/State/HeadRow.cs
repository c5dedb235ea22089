using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;

namespace HealthLedger.Rules.State;

/// <summary>A shard's head in the last checkpoint: <c>i64 height | hash header | i64 tree size | hash tree root</c>.</summary>
internal static class HeadRow
{
    public static byte[] Encode(RowWriter writer, ShardHead head) => writer.Start().I64(head.Height).Hash(head.Header).I64(head.TreeSize).Hash(head.TreeRoot).ToArray();

    public static ShardHead Decode(int shard, ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        return new ShardHead(shard, row.I64(), row.Hash(), row.I64(), row.Hash());
    }
}
