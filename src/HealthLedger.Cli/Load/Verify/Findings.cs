namespace HealthLedger.Cli.Load.Verify;

/// <summary>What a verification found: all counted, the first ones kept. Safe for several threads.</summary>
internal sealed class Findings
{
    private const int KeptMax = 100;

    private readonly Lock _gate = new();
    private readonly List<Finding> _kept = [];
    private readonly Dictionary<FindingKind, long> _counts = [];

    /// <summary>The first ones, in the order in which they were found.</summary>
    public IReadOnlyList<Finding> Kept
    {
        get { lock (_gate) return [.. _kept]; }
    }

    /// <summary>True where nothing is wrong.</summary>
    public bool AreNone
    {
        get { lock (_gate) return _counts.Count == 0; }
    }

    /// <summary>How many of a kind.</summary>
    public long Count(FindingKind kind)
    {
        lock (_gate) return _counts.GetValueOrDefault(kind);
    }

    /// <summary>Takes one.</summary>
    public void Add(FindingKind kind, Uri? node, string sentence)
    {
        lock (_gate)
        {
            _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
            if (_kept.Count < KeptMax) _kept.Add(new Finding(kind, node, sentence));
        }
    }
}
