namespace HealthLedger.Storage.Sorted;

/// <summary>Merges ascending sources into one; of equal keys the row of the earlier (newer) source wins. Removal marks come through.</summary>
internal static class MergedRows
{
    public static IEnumerable<SortedRow> Merge(IReadOnlyList<IEnumerable<SortedRow>> sources)
    {
        List<IEnumerator<SortedRow>> open = [];
        try
        {
            foreach (IEnumerable<SortedRow> source in sources)
            {
                IEnumerator<SortedRow> rows = source.GetEnumerator();
                open.Add(rows);
                if (rows.MoveNext()) continue;
                rows.Dispose();
                open.RemoveAt(open.Count - 1);
            }
            while (open.Count > 0)
            {
                int best = 0;
                for (int i = 1; i < open.Count; i++)
                    if (open[i].Current.Key.Span.SequenceCompareTo(open[best].Current.Key.Span) < 0) best = i;
                SortedRow row = open[best].Current;
                yield return row;
                for (int i = open.Count - 1; i >= best; i--)
                {
                    if (!open[i].Current.Key.Span.SequenceEqual(row.Key.Span) || open[i].MoveNext()) continue;
                    open[i].Dispose();
                    open.RemoveAt(i);
                }
            }
        }
        finally
        {
            foreach (IEnumerator<SortedRow> rows in open) rows.Dispose();
        }
    }
}
