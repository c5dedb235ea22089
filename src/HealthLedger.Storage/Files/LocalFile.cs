using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HealthLedger.Storage.Files;

/// <summary>One open file of this machine: reads through the system's cache, aligned writes past it where that is possible.</summary>
internal sealed class LocalFile : IStoreFile
{
    private readonly SafeFileHandle _buffered;
    private readonly SafeFileHandle? _direct;
    private volatile bool _unflushed;

    public LocalFile(string path, FileUse use)
    {
        _buffered = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (use == FileUse.Direct && OperatingSystem.IsLinux()) _direct = NativeFile.OpenDirect(path);
    }

    public long Length => RandomAccess.GetLength(_buffered);

    public int Read(long offset, Span<byte> destination)
    {
        int total = 0;
        while (total < destination.Length)
        {
            int read = RandomAccess.Read(_buffered, destination[total..], offset + total);
            if (read == 0) break;
            total += read;
        }
        return total;
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        if (_direct is not null && IsAligned(offset, source))
        {
            RandomAccess.Write(_direct, source, offset);
            return;
        }
        _unflushed = true;
        RandomAccess.Write(_buffered, source, offset);
    }

    public void Flush()
    {
        // Direct writes are durable when they return; only what went through the cache is left to flush.
        if (_direct is not null && !_unflushed) return;
        _unflushed = false;
        if (OperatingSystem.IsLinux()) NativeFile.FlushData(_buffered);
        else RandomAccess.FlushToDisk(_buffered);
    }

    public void SetLength(long length)
    {
        _unflushed = true;
        RandomAccess.SetLength(_buffered, length);
    }

    public void Dispose()
    {
        _direct?.Dispose();
        _buffered.Dispose();
    }

    private static bool IsAligned(long offset, ReadOnlySpan<byte> source)
    {
        nuint address;
        unsafe
        {
            address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(source));
        }
        const long mask = Page.Bytes - 1;
        return (offset & mask) == 0 && (source.Length & mask) == 0 && ((long)address & mask) == 0;
    }
}
