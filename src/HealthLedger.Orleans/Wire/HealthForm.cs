using System.Text;
using HealthLedger.Actors.Nodes;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Orleans.Wire;

/// <summary>The form of a node's health: <c>[ready, [+ [shard, height, time, epoch, leader, mode, waiting]], [* warning]]</c>.</summary>
internal static class HealthForm
{
    private const int TextBytesMax = 1_024, ShardsMax = 2_048, WarningsMax = 64, FieldsOfShard = 7;

    public static byte[] Encode(NodeHealth health)
    {
        CborWriter writer = new(256);
        writer.WriteArrayStart(3);
        writer.WriteInt(health.Ready ? 1 : 0);
        writer.WriteArrayStart(health.Shards.Count);
        foreach (ShardHealth shard in health.Shards)
        {
            writer.WriteArrayStart(FieldsOfShard);
            writer.WriteInt(shard.Shard);
            writer.WriteInt(shard.Height);
            writer.WriteInt(shard.Time);
            writer.WriteInt(shard.Epoch);
            writer.WriteInt(shard.Leader);
            writer.WriteTextUtf8(Encoding.UTF8.GetBytes(shard.Mode));
            writer.WriteInt(shard.Waiting);
        }
        writer.WriteArrayStart(health.Warnings.Count);
        foreach (string warning in health.Warnings) writer.WriteTextUtf8(Encoding.UTF8.GetBytes(warning));
        return writer.ToArray();
    }

    public static Result<NodeHealth> Decode(ReadOnlyMemory<byte> encoded)
    {
        CborReader reader = new(encoded.Span);
        reader.ReadArrayStart(3);
        bool ready = reader.ReadInt32(1) == 1;
        int count = Bounded(ref reader, ShardsMax);
        List<ShardHealth> shards = [];
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            reader.ReadArrayStart(FieldsOfShard);
            shards.Add(new ShardHealth(reader.ReadInt32(), reader.ReadInt(), reader.ReadInt(), reader.ReadInt(), reader.ReadInt32(), reader.ReadText(TextBytesMax), reader.ReadInt32()));
        }
        count = Bounded(ref reader, WarningsMax);
        List<string> warnings = [];
        for (int i = 0; i < count && !reader.Failed; i++) warnings.Add(reader.ReadText(TextBytesMax));
        return reader.End() ? new NodeHealth(ready, shards, warnings) : reader.Fault;
    }

    private static int Bounded(ref CborReader reader, int countMax)
    {
        int count = reader.ReadArrayStart();
        if (count > countMax) reader.Fail($"The list has more than {countMax} items.", FaultCode.FormatLimit);
        return reader.Failed ? 0 : count;
    }
}
