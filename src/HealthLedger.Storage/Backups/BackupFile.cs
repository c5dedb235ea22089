namespace HealthLedger.Storage.Backups;

/// <summary>One segment in a backup.</summary>
/// <param name="Path">Below the backup's folder, as below the store's: <c>blocks/blocks-00000001.log</c>.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Over them, hexadecimal, lower case.</param>
public sealed record BackupFile(string Path, long Length, string Sha256);
