namespace HealthLedger.Storage.Files;

/// <summary>The machine's own files.</summary>
public sealed class LocalFileSystem : IFileSystem
{
    /// <inheritdoc/>
    public IStoreFile Open(string path, FileUse use) => new LocalFile(path, use);

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        string[] names = [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!)];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public void CreateFolder(string path)
    {
        if (Directory.Exists(path)) return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
        {
            CreateFolder(parent);
            Directory.CreateDirectory(path);
            FlushFolder(parent);
        }
    }

    /// <inheritdoc/>
    public void FlushFolder(string path)
    {
        // Other systems keep a folder's entries in their journal and offer no call for it.
        if (OperatingSystem.IsLinux()) NativeFile.FlushFolder(path);
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
