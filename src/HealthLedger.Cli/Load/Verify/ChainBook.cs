using HealthLedger.Protocol;

namespace HealthLedger.Cli.Load.Verify;

/// <summary>
/// The blocks that members have shown, by shard and height: one hash at each place, whoever shows it. A block names its parent, its tree and the digest of
/// its state, so members that show the same block have the same chain and the same rows up to there. Safe for several threads.
/// </summary>
/// <param name="nodes">The members' addresses, at most 64.</param>
/// <param name="findings">Told of forks.</param>
internal sealed class ChainBook(IReadOnlyList<Uri> nodes, Findings findings)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Shard, long Height), (Hash32 Hash, ulong Nodes)> _blocks = [];

    /// <summary>How many places were compared.</summary>
    public int Count
    {
        get { lock (_gate) return _blocks.Count; }
    }

    /// <summary>A member shows a block in a receipt that verifies.</summary>
    /// <param name="node">Its place in the list; null for a receipt that the file kept.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="height">The height.</param>
    /// <param name="hash">The block's hash.</param>
    public void Note(int? node, int shard, long height, Hash32 hash)
    {
        ulong own = node is { } bit ? 1UL << bit : 0;
        lock (_gate)
        {
            (Hash32 known, ulong shown) = _blocks.TryGetValue((shard, height), out (Hash32 Hash, ulong Nodes) block) ? block : (hash, 0);
            if (known == hash) _blocks[(shard, height)] = (hash, shown | own);
            else findings.Add(FindingKind.Fork, node is { } at ? nodes[at] : null, $"Shard {shard} has two certified blocks at height {height}: {hash} and {known}.");
        }
    }

    /// <summary>For each shard the greatest height whose block every member has shown; 0 for none.</summary>
    public SortedDictionary<int, long> EqualUpTo()
    {
        ulong all = nodes.Count == 64 ? ulong.MaxValue : (1UL << nodes.Count) - 1;
        SortedDictionary<int, long> heights = [];
        lock (_gate)
        {
            foreach (((int shard, long height), (_, ulong shown)) in _blocks)
                heights[shard] = Math.Max(heights.GetValueOrDefault(shard), shown == all ? height : 0);
        }
        return heights;
    }
}
