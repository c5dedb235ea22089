using System.Buffers.Binary;

namespace HealthLedger.Storage.Sorted;

/// <summary>Merges ascending sources into one; of equal keys the row of the earlier (newer) source wins. Removal marks come through.</summary>
internal static class MergedRows
{
    public static IEnumerable<SortedRow> Merge(IReadOnlyList<IEnumerable<SortedRow>> sources)
    {
        IEnumerator<SortedRow>?[] open = new IEnumerator<SortedRow>?[sources.Count];
        SortedRow[] rows = new SortedRow[open.Length];
        // The first bytes of each source's key as one integer decide most comparisons.
        ulong[] words = new ulong[open.Length];
        try
        {
            for (int i = 0; i < open.Length; i++)
            {
                open[i] = sources[i].GetEnumerator();
                Advance(open, rows, words, i);
            }
            while (true)
            {
                int best = -1;
                for (int i = 0; i < open.Length; i++)
                    if (open[i] is not null && (best < 0 || IsBefore(rows, words, i, best))) best = i;
                if (best < 0) yield break;
                SortedRow row = rows[best];
                ulong word = words[best];
                yield return row;
                for (int i = best; i < open.Length; i++)
                    if (open[i] is not null && words[i] == word && rows[i].Key.Span.SequenceEqual(row.Key.Span)) Advance(open, rows, words, i);
            }
        }
        finally
        {
            foreach (IEnumerator<SortedRow>? source in open) source?.Dispose();
        }
    }

    private static bool IsBefore(SortedRow[] rows, ulong[] words, int left, int right) =>
        words[left] != words[right] ? words[left] < words[right] : rows[left].Key.Span.SequenceCompareTo(rows[right].Key.Span) < 0;

    private static void Advance(IEnumerator<SortedRow>?[] open, SortedRow[] rows, ulong[] words, int source)
    {
        if (!open[source]!.MoveNext())
        {
            open[source]!.Dispose();
            open[source] = null;
            return;
        }
        rows[source] = open[source]!.Current;
        ReadOnlySpan<byte> key = rows[source].Key.Span;
        if (key.Length >= sizeof(ulong))
        {
            words[source] = BinaryPrimitives.ReadUInt64BigEndian(key);
            return;
        }
        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        key.CopyTo(padded);
        words[source] = BinaryPrimitives.ReadUInt64BigEndian(padded);
    }
}
