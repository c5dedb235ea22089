using HealthLedger.Consensus.Log;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Simulation.Engine;

/// <summary>The two files of a vote log: what is written may be lost, torn or damaged; what is flushed is lost only with both files.</summary>
public sealed class Disk(Epoch first)
{
    private readonly List<VoteRecord> _records = [];
    private readonly List<byte> _damage = [];
    private int _flushed;

    /// <summary>Something is written and not flushed.</summary>
    public bool IsDirty => _records.Count > _flushed;

    /// <summary>Flushed records.</summary>
    public int Flushed => _flushed;

    /// <summary>Both files are gone, or damaged at the same record.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Appends to both files.</summary>
    public void Append(VoteRecord record)
    {
        _records.Add(record);
        _damage.Add(0);
    }

    /// <summary>Makes everything durable; <paramref name="onBlock"/> hears of each accepted block whose bytes now are.</summary>
    public void Flush(Action<VoteRecord> onRecord)
    {
        for (int i = _flushed; i < _records.Count; i++) onRecord(_records[i]);
        _flushed = _records.Count;
    }

    /// <summary>A crash: of the unflushed records the first <paramref name="kept"/> happen to survive; a torn one after them is cut at reading.</summary>
    public void Crash(int kept, Action<VoteRecord> onRecord)
    {
        int end = Math.Min(_records.Count, _flushed + kept);
        for (int i = _flushed; i < end; i++) onRecord(_records[i]);
        _records.RemoveRange(end, _records.Count - end);
        _damage.RemoveRange(end, _damage.Count - end);
        _flushed = end;
    }

    /// <summary>Damages a record in one of the two files (1 or 2). The other repairs it at the next start; both are never damaged at once.</summary>
    public void Damage(int record, byte file)
    {
        if (_damage.Count == 0 || _damage.Contains((byte)(3 - file))) return;
        _damage[record % _damage.Count] = file;
    }

    /// <summary>An old copy is put in place: everything after the first <paramref name="kept"/> records is forgotten.</summary>
    public void Restore(int kept)
    {
        _records.RemoveRange(kept, _records.Count - kept);
        _damage.RemoveRange(kept, _damage.Count - kept);
        _flushed = _records.Count;
    }

    /// <summary>The files are written anew with records that make the same log.</summary>
    public void Compact(IEnumerable<VoteRecord> records)
    {
        VoteRecord[] kept = [.. records];
        _records.Clear();
        _damage.Clear();
        foreach (VoteRecord record in kept) Append(record);
        _flushed = _records.Count;
    }

    /// <summary>Both files go.</summary>
    public void Lose() => IsLost = true;

    /// <summary>Reads at start: repairs each record from the twin; null when neither file has it.</summary>
    public VoteLog? Read()
    {
        var log = new VoteLog(first);
        for (int i = 0; i < _records.Count; i++)
        {
            if (_damage[i] == 3) IsLost = true;
            _damage[i] = 0;
        }
        if (IsLost) return null;
        foreach (VoteRecord record in _records) log.Apply(record);
        return log;
    }
}
