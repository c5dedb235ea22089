namespace HealthLedger.Storage.Health;

/// <summary>Everything found damaged since the store was opened. Safe for concurrent use; the list is bounded, the counts are not.</summary>
public sealed class StoreHealth
{
    private const int KeptMax = 1_000;
    private readonly Lock _gate = new();
    private readonly LinkedList<Damage> _damages = [];
    private readonly HashSet<(string, long)> _open = [];
    private readonly long[] _counts = new long[Enum.GetValues<DamageKind>().Length];
    private long _total;

    /// <summary>Called for each new finding, on the thread that found it; must not block.</summary>
    public event Action<Damage>? Found;

    /// <summary>True while the vote log is sound enough to vote: not after both of its files were lost (PROTOCOL.md section 4, rule 9).</summary>
    public bool MayVote { get; private set; } = true;

    /// <summary>Why the store ended (a failed flush), or null while it lives. It is never tried again.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The newest findings, oldest first, at most 1,000.</summary>
    public IReadOnlyList<Damage> Damages
    {
        get
        {
            lock (_gate) return [.. _damages];
        }
    }

    /// <summary>All findings ever made in this process.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Findings of one kind in this process.</summary>
    public long Count(DamageKind kind) => Interlocked.Read(ref _counts[(int)kind]);

    /// <summary>Places that still wait for the caller to heal them.</summary>
    public int OpenCount
    {
        get
        {
            lock (_gate) return _open.Count;
        }
    }

    internal void Report(Damage damage)
    {
        lock (_gate)
        {
            (string, long) place = (damage.File, damage.Offset);
            // The same place read again is not a new finding.
            if (damage.Outcome == DamageOutcome.Open && _open.Count < KeptMax && !_open.Add(place)) return;
            if (damage.Outcome is DamageOutcome.Healed) _open.Remove(place);
            _damages.AddLast(damage);
            if (_damages.Count > KeptMax) _damages.RemoveFirst();
        }
        Interlocked.Increment(ref _total);
        Interlocked.Increment(ref _counts[(int)damage.Kind]);
        Found?.Invoke(damage);
    }

    /// <summary>The caller has made a place whole that nothing else has reported as healed.</summary>
    internal void Close(Damage damage)
    {
        lock (_gate)
            if (!_open.Contains((damage.File, damage.Offset))) return;
        Report(damage with { Outcome = DamageOutcome.Healed, Words = "The damaged place was made whole from another member." });
    }

    internal void HealedAll(Predicate<string> file)
    {
        lock (_gate) _open.RemoveWhere(place => file(place.Item1));
    }

    internal void LoseVotes() => MayVote = false;

    internal void Fail(Exception failure) => Failure ??= failure;
}
