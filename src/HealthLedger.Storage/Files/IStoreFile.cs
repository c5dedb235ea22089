namespace HealthLedger.Storage.Files;

/// <summary>An open file. Reads may run beside each other and beside writes elsewhere in the file.</summary>
public interface IStoreFile : IDisposable
{
    /// <summary>Bytes in the file.</summary>
    long Length { get; }

    /// <summary>Reads at <paramref name="offset"/> until the span is full or the file ends; the number of bytes read.</summary>
    int Read(long offset, Span<byte> destination);

    /// <summary>Writes at <paramref name="offset"/>; the file grows where needed.</summary>
    void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>Returns when everything written is durable.</summary>
    /// <exception cref="IOException">The disk refused; what was written since the last flush may be lost, now or later.</exception>
    void Flush();

    /// <summary>Cuts or extends (with zeros) the file.</summary>
    void SetLength(long length);
}
