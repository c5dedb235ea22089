using System.Buffers;
using System.Buffers.Binary;

namespace HealthLedger.Storage.Sorted;

/// <summary>
/// Sorts entry numbers of a memory table by key, newest first where keys are equal: eight key bytes at a time as one integer, which
/// the base library sorts many times faster than keys behind references.
/// </summary>
internal static class EntrySort
{
    private const int FewMax = 12;

    public static void Sort(MemTable table, Span<int> numbers)
    {
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(Math.Max(1, numbers.Length));
        Sort(table, numbers, rented.AsSpan(0, numbers.Length), 0);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    private static void Sort(MemTable table, Span<int> numbers, Span<ulong> words, int depth)
    {
        if (numbers.Length <= FewMax || depth > byte.MaxValue)
        {
            numbers.Sort(table.Compare);
            return;
        }
        for (int i = 0; i < numbers.Length; i++) words[i] = Word(table.At(numbers[i]).Key, depth);
        words.Sort(numbers);
        for (int start = 0; start < numbers.Length;)
        {
            int end = start + 1;
            while (end < numbers.Length && words[end] == words[start]) end++;
            // Padding makes a short key equal to one that goes on with zeros: the next rounds, and in the end the full comparison, decide.
            if (end - start > 1) Sort(table, numbers[start..end], words[start..end], depth + sizeof(ulong));
            start = end;
        }
    }

    private static ulong Word(ReadOnlySpan<byte> key, int depth)
    {
        if (key.Length >= depth + sizeof(ulong)) return BinaryPrimitives.ReadUInt64BigEndian(key[depth..]);
        ulong word = 0;
        for (int i = depth; i < depth + sizeof(ulong); i++) word = word << 8 | (i < key.Length ? key[i] : (byte)0);
        return word;
    }
}
