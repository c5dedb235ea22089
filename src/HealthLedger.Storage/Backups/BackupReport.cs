namespace HealthLedger.Storage.Backups;

/// <summary>What a backup, a check of one, or a restore did.</summary>
/// <param name="Manifest">What the backup holds.</param>
/// <param name="CopiedFiles">Segments copied; the others were there already, unchanged.</param>
/// <param name="CopiedBytes">Their bytes.</param>
/// <param name="DamagedRecords">Records of the store that read damaged and were copied as they are: the replica heals them, before and after a restore.</param>
public sealed record BackupReport(BackupManifest Manifest, int CopiedFiles, long CopiedBytes, int DamagedRecords);
