using HealthLedger.Protocol.State;

namespace HealthLedger.Storage.Sorted;

/// <summary>The levels of a sorted store at one moment, newest first. Immutable but for the active table's later entries.</summary>
internal sealed record SortedView(MemTable? Active, IReadOnlyList<FrozenTable> Frozen, IReadOnlyList<RunFile> Runs)
{
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        value = default;
        Lookup found = Active is null ? Lookup.Unknown : Active.TryGet(key, out value);
        for (int i = 0; i < Frozen.Count && found == Lookup.Unknown; i++) found = Frozen[i].Table.TryGet(key, out value);
        for (int i = 0; i < Runs.Count && found == Lookup.Unknown; i++) found = Runs[i].TryGet(key, out value);
        if (found != Lookup.Found) value = default;
        return found == Lookup.Found;
    }

    public IEnumerable<Row> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after, bool keep)
    {
        List<IEnumerable<SortedRow>> sources = [];
        if (Active is not null) sources.Add(Active.Scan(prefix, after));
        sources.AddRange(Frozen.Select(frozen => frozen.Table.Scan(prefix, after)));
        sources.AddRange(Runs.Select(run => run.Scan(prefix, after, keep)));
        foreach (SortedRow row in MergedRows.Merge(sources))
            if (!row.IsRemoved) yield return new Row(row.Key, row.Value);
    }
}
