namespace HealthLedger.Storage.Sorted;

/// <summary>A row or, where <see cref="IsRemoved"/>, the mark that an older row of that key is gone.</summary>
internal readonly record struct SortedRow(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, bool IsRemoved);
