using System.Text;
using System.Text.Json;

namespace HealthLedger.Faults.World;

/// <summary>An acknowledged statement, as the load's file has it. Times in milliseconds since 1970.</summary>
/// <param name="Shard">Its shard.</param>
/// <param name="Node">The member whose door its writer prefers.</param>
/// <param name="Sent">When it was sent first.</param>
/// <param name="Acked">When it was acknowledged.</param>
internal readonly record struct Ack(int Shard, int Node, long Sent, long Acked);

/// <summary>Reads the load's file while it grows. One reader at a time.</summary>
internal sealed class AckTail(string file)
{
    private const long MarginMilliseconds = 5_000;

    private readonly List<Ack> _acks = [];
    private readonly SortedSet<int> _shards = [];
    private long _at;

    /// <summary>All acknowledgements so far, in the order of the file.</summary>
    public IReadOnlyList<Ack> All
    {
        get
        {
            Read();
            return _acks;
        }
    }

    /// <summary>The shards that are written to.</summary>
    public IReadOnlyList<int> Shards
    {
        get
        {
            Read();
            return [.. _shards];
        }
    }

    /// <summary>
    /// How long after a moment commits went on in one shard: the end of the longest time without a commit that began before, or was there at, the moment,
    /// up to the first acknowledgement of a statement that was sent after it; null while there is none yet.
    /// </summary>
    /// <param name="shard">The shard.</param>
    /// <param name="moment">Milliseconds since 1970.</param>
    /// <param name="aside">A member; what came through its own door does not count.</param>
    public long? Resumed(int shard, long moment, int? aside)
    {
        // The file is nearly in the order of time: what came long before the moment does not matter.
        int begin = All.Count;
        while (begin > 0 && _acks[begin - 1].Acked >= moment - MarginMilliseconds) begin--;
        Ack[] own = [.. _acks.Skip(begin).Where(ack => ack.Shard == shard && ack.Node != aside).OrderBy(ack => ack.Acked)];
        int first = Array.FindIndex(own, ack => ack.Sent >= moment);
        if (first < 0) return null;
        (long longest, long end) = (-1, own[first].Acked);
        for (int i = first; i >= 0 && own[i].Acked >= moment; i--)
        {
            long before = i == 0 ? moment : Math.Max(moment, own[i - 1].Acked);
            if (own[i].Acked - before >= longest) (longest, end) = (own[i].Acked - before, own[i].Acked);
        }
        return end - moment;
    }

    /// <summary>Acknowledgements of statements that were sent after a moment.</summary>
    public int SentAfter(long moment) => All.Count(ack => ack.Sent >= moment);

    private void Read()
    {
        if (!File.Exists(file)) return;
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = _at;
        byte[] fresh = new byte[stream.Length - _at];
        stream.ReadExactly(fresh);
        int end = Array.LastIndexOf(fresh, (byte)'\n') + 1;
        foreach (string line in Encoding.UTF8.GetString(fresh, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            if (json.RootElement.GetProperty("kind").GetString() != "ack") continue;
            _shards.Add(json.RootElement.GetProperty("shard").GetInt32());
            _acks.Add(new Ack(json.RootElement.GetProperty("shard").GetInt32(), json.RootElement.GetProperty("node").GetInt32(), json.RootElement.GetProperty("sent").GetInt64(), json.RootElement.GetProperty("acked").GetInt64()));
        }
        _at += end;
    }
}
