namespace HealthLedger.Actors.Reading;

/// <summary>The blocks that were read last, as many as there are places. Safe for several threads.</summary>
internal sealed class RecentBlocks(int places)
{
    private readonly RecentBlock?[] _blocks = new RecentBlock?[places];
    private uint _next;

    /// <summary>The kept block that holds a leaf, or null.</summary>
    public RecentBlock? Find(int shard, long leaf)
    {
        foreach (RecentBlock? block in _blocks)
            if (block is not null && block.Holds(shard, leaf)) return block;
        return null;
    }

    /// <summary>Keeps a block in the place of the one that has been here longest.</summary>
    public void Add(RecentBlock block) => _blocks[Interlocked.Increment(ref _next) % (uint)_blocks.Length] = block;
}
