namespace HealthLedger.Storage.Sorted;

/// <summary>A set of runs kept as it was at a mark, under the caller's number (a block height).</summary>
internal sealed record SortedPin(ulong Number, byte[] Mark, IReadOnlyList<RunInfo> Runs);
