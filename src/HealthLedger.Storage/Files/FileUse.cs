namespace HealthLedger.Storage.Files;

/// <summary>How a file will be written.</summary>
public enum FileUse
{
    /// <summary>Through the system's cache; durable after <see cref="IStoreFile.Flush"/>.</summary>
    Buffered,

    /// <summary>Aligned writes past the cache where the file system can, else like <see cref="Buffered"/>.</summary>
    Direct,
}
