using System.Collections.Concurrent;

namespace HealthLedger.Validator.Audit;

/// <summary>What the shards of one audit count together.</summary>
internal sealed class AuditTotals(IProgress<AuditProgress>? progress, long blocksTotal)
{
    private const int BlocksPerReport = 100;
    private readonly ConcurrentDictionary<int, long> _heights = new();
    private long _blocks, _entries, _signatures, _certificates;

    public long Blocks => Interlocked.Read(ref _blocks);

    public long Entries => Interlocked.Read(ref _entries);

    public long Signatures => Interlocked.Read(ref _signatures);

    public long Certificates => Interlocked.Read(ref _certificates);

    public long HeightOf(int shard) => _heights.GetValueOrDefault(shard);

    public void Block(int entries, int statements)
    {
        long blocks = Interlocked.Increment(ref _blocks);
        long all = Interlocked.Add(ref _entries, entries);
        Interlocked.Add(ref _signatures, statements);
        if (blocks % BlocksPerReport == 0 || blocks == blocksTotal) progress?.Report(new AuditProgress(blocks, blocksTotal, all));
    }

    public void Certified(int shard, long height)
    {
        _heights[shard] = height;
        Interlocked.Increment(ref _certificates);
    }
}
