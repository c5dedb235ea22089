using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Validator.Sharding;

namespace HealthLedger.Validator.Audit;

/// <summary>
/// The committed blocks of one shard as a file that anybody can audit: a CBOR sequence [RFC 8742] of <c>[height: uint, record: bstr, certificate: bstr]</c>,
/// ascending from height 1, the certificate empty where a later one covers the block. Every byte is checked by the audit.
/// </summary>
public sealed class BlockFile : IAuditSource
{
    private const int ItemBytesMax = BlockRecord.BytesMax + 64 * 1024;
    private readonly string _path;
    private readonly int _shard;
    private readonly List<(long Offset, int Length)> _items = [];

    private BlockFile(string path, int shard) => (_path, _shard) = (path, shard);

    /// <summary>Writes a shard's blocks up to its head; the number of blocks.</summary>
    public static long Write(Stream to, Replica replica, int shard)
    {
        long height = 1;
        for (long last = replica.TipOf(shard).Info.Height; height <= last; height++)
        {
            CborWriter writer = new(1024);
            writer.WriteArrayStart(3);
            writer.WriteCount(height);
            writer.WriteBytes(replica.Record(shard, height)!.Bytes.Span);
            writer.WriteBytes((replica.Store.Blocks.Certificate((uint)shard, (ulong)height) ?? default).Span);
            to.Write(writer.WrittenSpan);
        }
        return height - 1;
    }

    /// <summary>Finds the items of a file; a fault that names the byte where it is no such file.</summary>
    public static Result<BlockFile> Open(string path, int shard)
    {
        BlockFile file = new(path, shard);
        byte[] bytes = File.ReadAllBytes(path);
        for (int offset = 0; offset < bytes.Length;)
        {
            CborReader reader = new(bytes.AsSpan(offset, Math.Min(bytes.Length - offset, ItemBytesMax)));
            int length = reader.ReadEncoded().Length;
            if (reader.Failed) return new Fault(reader.Fault.Code, $"{path} at byte {offset}: {reader.Fault.Message}");
            file._items.Add((offset, length));
            offset += length;
        }
        return file;
    }

    /// <inheritdoc/>
    public long HeightOf(int shard) => shard == _shard ? _items.Count : 0;

    /// <inheritdoc/>
    public AuditedBlock Read(int shard, long height)
    {
        (long offset, int length) = _items[(int)(height - 1)];
        string place = $"{_path} at byte {offset}";
        byte[] bytes = new byte[length];
        using FileStream stream = File.OpenRead(_path);
        stream.Position = offset;
        stream.ReadExactly(bytes);
        CborReader reader = new(bytes);
        reader.ReadArrayStart(3);
        if (reader.ReadCount() != height) reader.Fail("The height is not the next one.");
        byte[] record = reader.ReadBytes().ToArray(), certificate = reader.ReadBytes().ToArray();
        return reader.End() ? new AuditedBlock(record, certificate, place) : new AuditedBlock(null, null, place);
    }

    /// <inheritdoc/>
    public bool HasObject(Hash32 name) => true;

    /// <inheritdoc/>
    public AuditFinding? CompareEnd(int shard, long height, Hash32 treeRoot, Func<Hash32> stateRoot) => null;
}
