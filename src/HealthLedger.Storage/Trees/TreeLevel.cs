using System.Runtime.InteropServices;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Storage.Files;

namespace HealthLedger.Storage.Trees;

/// <summary>
/// The nodes of one tile level, 32 bytes each in a file of their own. In memory is the end, from the first tile that is not full and
/// flushed on. Not safe for concurrent use; the owner locks.
/// </summary>
internal sealed class TreeLevel(IStoreFile file, string path) : IDisposable
{
    private readonly List<Hash32> _tail = [];
    private ulong _tailStart, _written;

    public string Path => path;

    /// <summary>Nodes in the level.</summary>
    public ulong Count => _tailStart + (ulong)_tail.Count;

    /// <summary>Nodes that are not in the file yet.</summary>
    public int Unwritten => (int)(Count - _written);

    public void Append(ReadOnlySpan<Hash32> hashes) => _tail.AddRange(hashes);

    /// <summary>Takes over what the file holds, up to a count, and reads the last tile where it is not full.</summary>
    public void Load(ulong count)
    {
        (_tailStart, _written) = (count - count % Tile.FullWidth, count);
        _tail.Clear();
        if (count == _tailStart) return;
        byte[] bytes = new byte[(int)(count - _tailStart) * Hash32.Length];
        file.Read((long)_tailStart * Hash32.Length, bytes);
        foreach (Hash32 hash in MemoryMarshal.Cast<byte, Hash32>(bytes)) _tail.Add(hash);
    }

    /// <summary>Nodes of a tile from memory; false where they are in the file only.</summary>
    public bool TryReadTail(ulong first, int width, Span<Hash32> destination)
    {
        if (first < _tailStart || first + (ulong)width > Count) return false;
        CollectionsMarshal.AsSpan(_tail).Slice((int)(first - _tailStart), width).CopyTo(destination);
        return true;
    }

    /// <summary>Nodes from the file, unchecked; false where it is too short.</summary>
    public bool TryReadFile(ulong first, Span<Hash32> destination)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(destination);
        return file.Read((long)first * Hash32.Length, bytes) == bytes.Length;
    }

    public void Rewrite(ulong first, ReadOnlySpan<Hash32> hashes)
    {
        file.Write((long)first * Hash32.Length, MemoryMarshal.AsBytes(hashes));
        file.Flush();
    }

    /// <summary>Writes what is not in the file yet, without flushing.</summary>
    public void WriteTail()
    {
        if (Unwritten == 0) return;
        ReadOnlySpan<Hash32> added = CollectionsMarshal.AsSpan(_tail)[^Unwritten..];
        file.Write((long)_written * Hash32.Length, MemoryMarshal.AsBytes(added));
    }

    public void Flush() => file.Flush();

    /// <summary>Forgets in memory the full tiles that are in the file.</summary>
    public void Trim()
    {
        _written = Count;
        int full = _tail.Count - _tail.Count % Tile.FullWidth;
        _tail.RemoveRange(0, full);
        _tailStart += (ulong)full;
    }

    public void Dispose() => file.Dispose();
}
