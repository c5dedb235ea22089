namespace HealthLedger.Storage.Files;

/// <summary>
/// A file as long as it was when it was opened, for reading only: what another process appends meanwhile is not seen.
/// </summary>
internal sealed class PinnedFile : IStoreFile
{
    private readonly FileStream _file;

    public PinnedFile(string path)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        Length = _file.Length;
    }

    public long Length { get; }

    public int Read(long offset, Span<byte> destination)
    {
        destination = destination[..(int)Math.Clamp(Length - offset, 0, destination.Length)];
        int total = 0;
        while (total < destination.Length)
        {
            int read = RandomAccess.Read(_file.SafeFileHandle, destination[total..], offset + total);
            if (read == 0) break;
            total += read;
        }
        return total;
    }

    public void Write(long offset, ReadOnlySpan<byte> source) => throw new InvalidOperationException("The file is open for reading.");

    public void Flush() => throw new InvalidOperationException("The file is open for reading.");

    public void SetLength(long length) => throw new InvalidOperationException("The file is open for reading.");

    public void Dispose() => _file.Dispose();
}
