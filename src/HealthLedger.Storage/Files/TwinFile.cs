using System.Buffers.Binary;
using HealthLedger.Storage.Health;

namespace HealthLedger.Storage.Files;

/// <summary>
/// A small value kept in two files and replaced as a whole: one file is flushed before the other is touched, so one whole copy, the
/// old or the new, is there at any time. No rename. Layout: magic u32, CRC-32C u32, generation u64, length u32, bytes.
/// </summary>
internal sealed class TwinFile
{
    private const uint Magic = 0x4E57544C;
    private const int HeaderBytes = 20, PayloadBytesMax = 16 << 20;
    private readonly IFileSystem _files;
    private readonly string _folder, _name;
    private ulong _generation;

    private TwinFile(IFileSystem files, string folder, string name) => (_files, _folder, _name) = (files, folder, name);

    /// <summary>The newest whole copy; null where there is none.</summary>
    public byte[]? Value { get; private set; }

    /// <summary>True where files exist and neither holds a whole copy.</summary>
    public bool Lost { get; private set; }

    /// <summary>Reads both copies and repairs the lesser from the better.</summary>
    public static TwinFile Open(IFileSystem files, string folder, string name, StoreHealth health)
    {
        TwinFile twin = new(files, folder, name);
        (ulong Generation, byte[]? Bytes) a = twin.Load("-a"), b = twin.Load("-b");
        bool any = files.Exists(twin.Path("-a")) || files.Exists(twin.Path("-b"));
        if (a.Bytes is null && b.Bytes is null)
        {
            twin.Lost = any;
            return twin;
        }
        bool first = b.Bytes is null || (a.Bytes is not null && a.Generation >= b.Generation);
        (twin._generation, twin.Value) = first ? a : b;
        if (a.Generation != b.Generation || a.Bytes is null || b.Bytes is null)
        {
            string lesser = first ? "-b" : "-a";
            // A stop between the two writes looks the same; either way the other copy is the truth.
            health.Report(new Damage(DamageKind.Manifest, twin.Path(lesser), 0, DamageOutcome.Repaired, "One of two copies was older or unreadable and was written again from the other."));
            twin.Store(lesser, twin.Value!);
        }
        return twin;
    }

    /// <summary>Replaces the value; durable on return.</summary>
    public void Write(ReadOnlySpan<byte> value)
    {
        bool created = Value is null;
        _generation++;
        byte[] bytes = value.ToArray();
        Store("-a", bytes);
        if (created) _files.FlushFolder(_folder);
        Store("-b", bytes);
        if (created) _files.FlushFolder(_folder);
        (Value, Lost) = (bytes, false);
    }

    private string Path(string suffix) => System.IO.Path.Combine(_folder, _name + suffix);

    private void Store(string suffix, byte[] value)
    {
        byte[] bytes = new byte[HeaderBytes + value.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), _generation);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), value.Length);
        value.CopyTo(bytes.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Crc32C.Of(bytes.AsSpan(8)));
        using IStoreFile file = _files.Open(Path(suffix), FileUse.Buffered);
        file.Write(0, bytes);
        file.Flush();
    }

    private (ulong Generation, byte[]? Bytes) Load(string suffix)
    {
        if (!_files.Exists(Path(suffix))) return default;
        using IStoreFile file = _files.Open(Path(suffix), FileUse.Buffered);
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.Read(0, header) < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic) return default;
        int length = BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
        if (length < 0 || length > PayloadBytesMax) return default;
        byte[] payload = new byte[length];
        if (file.Read(HeaderBytes, payload) < length) return default;
        uint crc = Crc32C.Of(payload, Crc32C.Of(header[8..]));
        return crc == BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) ? (BinaryPrimitives.ReadUInt64LittleEndian(header[8..]), payload) : default;
    }
}
