namespace HealthLedger.Storage.Files;

/// <summary>
/// The few operations on files that the store needs, so that tests can lose unflushed writes, tear them and flip bits. Names are
/// full paths. Nothing is durable before a flush: of the file for its bytes and length, of the folder for its creation or deletion.
/// </summary>
public interface IFileSystem
{
    /// <summary>Opens a file for reading and writing, and creates it empty where it is missing.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    IStoreFile Open(string path, FileUse use);

    /// <summary>True where a file of that name exists.</summary>
    bool Exists(string path);

    /// <summary>Deletes a file; nothing happens where it is missing. A handle that is still open stays readable.</summary>
    void Delete(string path);

    /// <summary>The names (not paths) of the files and folders in a folder, ascending; nothing where it is missing.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Creates a folder and those above it.</summary>
    void CreateFolder(string path);

    /// <summary>Makes creations and deletions in a folder durable.</summary>
    void FlushFolder(string path);

    /// <summary>Takes a lock that ends with the process at the latest; null where another holder has it.</summary>
    IDisposable? TryLock(string path);
}
