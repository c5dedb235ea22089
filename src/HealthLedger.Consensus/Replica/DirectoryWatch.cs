namespace HealthLedger.Consensus.Replica;

/// <summary>
/// Which changed directory heights every proposal must have read by now: those committed here more than 5 s ago (PROTOCOL section 3), so that
/// no leader can freeze the directory. Holds at most a few recent changes; more within 5 s share the last slot.
/// </summary>
internal sealed class DirectoryWatch
{
    private readonly (long Height, long At)[] _recent = new (long, long)[8];
    private int _count;
    private long _settled = -1;

    /// <summary>Shard 0 committed a height that changed rows.</summary>
    public void Add(long height, long now)
    {
        Settle(now);
        if (_count == _recent.Length) _count--;
        _recent[_count++] = (height, now);
    }

    /// <summary>The lowest directory height that a first vote accepts.</summary>
    public long Required(long now)
    {
        Settle(now);
        return _settled;
    }

    private void Settle(long now)
    {
        int done = 0;
        while (done < _count && now - _recent[done].At > ConsensusTimes.ClockMilliseconds)
        {
            _settled = Math.Max(_settled, _recent[done++].Height);
        }
        if (done == 0) return;
        Array.Copy(_recent, done, _recent, 0, _count - done);
        _count -= done;
    }
}
