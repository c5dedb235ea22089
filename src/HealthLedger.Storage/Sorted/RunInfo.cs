namespace HealthLedger.Storage.Sorted;

/// <summary>What the manifest knows of a run: enough to notice another file in its place.</summary>
internal readonly record struct RunInfo(ulong Id, int Level, long Length, uint TrailerCrc);
