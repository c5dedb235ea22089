namespace HealthLedger.Storage.Sorted;

/// <summary>
/// The order of a memory table's entries, made when it is asked for: sorted runs of entry numbers whose lengths fall by half at
/// least, so that n scans between m changes cost O(m log m) together.
/// </summary>
internal sealed class SortedEntries
{
    private readonly Lock _gate = new();
    private readonly List<int[]> _runs = [];
    private int _covered;

    public IEnumerable<SortedRow> Scan(MemTable table, int count, ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after)
    {
        if (count == 0) return [];
        int[][] runs;
        lock (_gate)
        {
            if (count > _covered) Cover(table, count);
            runs = [.. _runs];
        }
        return Merge(table, runs, prefix, after);
    }

    private static IEnumerable<SortedRow> Merge(MemTable table, int[][] runs, ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after)
    {
        int[] at = new int[runs.Length];
        ReadOnlyMemory<byte> from = after.Span.SequenceCompareTo(prefix.Span) > 0 ? after : prefix;
        for (int i = 0; i < runs.Length; i++) at[i] = LowerBound(table, runs[i], from.Span);
        ReadOnlyMemory<byte> last = default;
        bool any = false;
        while (true)
        {
            int best = -1;
            for (int i = 0; i < runs.Length; i++)
                if (at[i] < runs[i].Length && (best < 0 || table.Compare(runs[i][at[i]], runs[best][at[best]]) < 0)) best = i;
            if (best < 0) yield break;
            SortedRow row = table.At(runs[best][at[best]++]).Row;
            if (!row.Key.Span.StartsWith(prefix.Span)) yield break;
            if (any && row.Key.Span.SequenceEqual(last.Span)) continue;
            (last, any) = (row.Key, true);
            if (after.Length > 0 && row.Key.Span.SequenceEqual(after.Span)) continue;
            yield return row;
        }
    }

    private static int LowerBound(MemTable table, int[] run, ReadOnlySpan<byte> key)
    {
        int low = 0, high = run.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (table.At(run[middle]).Key.SequenceCompareTo(key) < 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private void Cover(MemTable table, int count)
    {
        int[] added = [.. Enumerable.Range(_covered, count - _covered)];
        EntrySort.Sort(table, added);
        _covered = count;
        while (_runs.Count > 0 && _runs[^1].Length < added.Length * 2)
        {
            added = Merge(table, _runs[^1], added);
            _runs.RemoveAt(_runs.Count - 1);
        }
        _runs.Add(added);
    }

    private static int[] Merge(MemTable table, int[] left, int[] right)
    {
        int[] merged = new int[left.Length + right.Length];
        int l = 0, r = 0;
        for (int i = 0; i < merged.Length; i++)
            merged[i] = r == right.Length || (l < left.Length && table.Compare(left[l], right[r]) < 0) ? left[l++] : right[r++];
        return merged;
    }
}
