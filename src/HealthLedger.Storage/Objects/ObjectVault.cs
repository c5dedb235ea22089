using System.Buffers.Binary;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.State;
using HealthLedger.Storage.Files;
using HealthLedger.Storage.Flushing;
using HealthLedger.Storage.Health;
using HealthLedger.Storage.Logs;
using HealthLedger.Storage.Sorted;

namespace HealthLedger.Storage.Objects;

/// <summary>
/// Objects by their hash in an indexed log. Rows: <c>o</c> + name → address, time u64, named u8; <c>u</c> + time + name for those that nobody
/// has named yet, <c>n</c> + name where the name was read before the object. What objects mean, and which of the two stores they belong to, the caller knows (FORMATS.md section 6).
/// </summary>
public abstract class ObjectVault
{
    /// <summary>The largest object, in bytes (FORMATS.md section 6).</summary>
    public const int ObjectBytesMax = 16 << 20;

    private const byte ObjectRecord = 1, NamedRecord = 2;
    private const int NamesPerRecord = 7;
    private static ReadOnlySpan<byte> Domain => "healthledger/object/v1\0"u8;
    private readonly StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly StoreHealth _health;
    private readonly DamageKind _kind;

    private protected ObjectVault(IFileSystem files, string folder, string name, DamageKind kind, StorageOptions options, BlockCache cache, StoreHealth health, TimeProvider time)
    {
        (_options, _time, _health, _kind) = (options, time, health, kind);
        Log = IndexedLog.Open(files, folder, name, options, cache, health, kind, Index, (record, file) => new Damage(
            kind, file, record.Address.Offset, DamageOutcome.Open, "An object is damaged.", Hash: record.Key.Length >= Hash32.Length ? new Hash32(record.Key.Span[..Hash32.Length]) : null));
    }

    internal IndexedLog Log { get; }

    internal Func<ValueTask> RoomAsync { get; set; } = () => ValueTask.CompletedTask;

    /// <summary>The name of an object: <c>H("healthledger/object/v1", bytes)</c>.</summary>
    public static Hash32 NameOf(ReadOnlySpan<byte> bytes) => Sha256.Hash(Domain, bytes);

    /// <summary>
    /// Stages an object; durable with the next flush of the store. One that is there already is not written again, unless it reads
    /// damaged: then this heals it.
    /// </summary>
    /// <returns>Its name.</returns>
    /// <exception cref="ArgumentException">It is empty or exceeds <see cref="ObjectBytesMax"/>.</exception>
    public Hash32 Put(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes.Length > ObjectBytesMax) throw new ArgumentException($"An object has 1 to {ObjectBytesMax} bytes, not {bytes.Length}.", nameof(bytes));
        Hash32 name = NameOf(bytes);
        Span<byte> row = stackalloc byte[1 + Hash32.Length];
        ObjectRow(name, row);
        if (Log.TryFind(row, out ReadOnlyMemory<byte> value))
        {
            RecordAddress old = RecordAddress.Read(value.Span);
            // A vote means that the object can be read from this disk: being in the index is not enough.
            if (TryGet(name) is not null) return name;
            _health.Report(new Damage(_kind, PathOf(old), old.Offset, DamageOutcome.Healed, "A damaged object was written again.", Hash: name));
        }
        Span<byte> key = stackalloc byte[Hash32.Length + 8];
        name.CopyTo(key);
        BinaryPrimitives.WriteInt64BigEndian(key[Hash32.Length..], _time.GetUtcNow().ToUnixTimeMilliseconds());
        Log.Append(ObjectRecord, key, bytes, out _);
        return name;
    }

    /// <summary>Stages several objects, waiting first while too much is staged; durable with the next flush. Their names, in order.</summary>
    public async ValueTask<Hash32[]> PutManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> objects)
    {
        await RoomAsync().ConfigureAwait(false);
        Hash32[] names = new Hash32[objects.Count];
        for (int i = 0; i < names.Length; i++) names[i] = Put(objects[i].Span);
        return names;
    }

    /// <summary>True where the object is here, staged or durable. Whether it still reads sound, <see cref="TryGet"/> tells.</summary>
    public bool Has(Hash32 name)
    {
        Span<byte> row = stackalloc byte[1 + Hash32.Length];
        ObjectRow(name, row);
        return Log.TryFind(row, out _);
    }

    /// <summary>An object; null where it is missing, or where its bytes no longer have that name (which is then reported).</summary>
    public ReadOnlyMemory<byte>? TryGet(Hash32 name)
    {
        Span<byte> row = stackalloc byte[1 + Hash32.Length];
        ObjectRow(name, row);
        if (!Log.TryFind(row, out ReadOnlyMemory<byte> value)) return null;
        RecordAddress address = RecordAddress.Read(value.Span);
        if (Log.Log.TryRead(address) is { Kind: ObjectRecord } record && NameOf(record.Payload.Span) == name) return record.Payload;
        // It may have been moved or erased between the two reads.
        if (!Log.TryFind(row, out ReadOnlyMemory<byte> again)) return null;
        if (RecordAddress.Read(again.Span) != address) return TryGet(name);
        _health.Report(new Damage(_kind, PathOf(address), address.Offset, DamageOutcome.Open, "An object is damaged.", Hash: name));
        return null;
    }

    /// <summary>Stages that a committed event names these objects: they stay. Names that are not here are ignored.</summary>
    public void MarkNamed(ReadOnlySpan<Hash32> names)
    {
        Span<byte> key = stackalloc byte[NamesPerRecord * Hash32.Length], row = stackalloc byte[1 + Hash32.Length];
        int count = 0;
        foreach (Hash32 name in names)
        {
            ObjectRow(name, row);
            if (!Log.TryFind(row, out ReadOnlyMemory<byte> value) || value.Span[20] != 0) continue;
            name.CopyTo(key[(count++ * Hash32.Length)..]);
            if (count < NamesPerRecord) continue;
            Log.Append(NamedRecord, key, [], out _);
            count = 0;
        }
        if (count > 0) Log.Append(NamedRecord, key[..(count * Hash32.Length)], [], out _);
    }

    /// <summary>Drops what was put longer ago than <see cref="StorageOptions.UnnamedObjectLife"/> and was never named; how many.</summary>
    public async ValueTask<int> CollectAsync(CancellationToken cancel = default)
    {
        byte[] until = new byte[9];
        until[0] = (byte)'u';
        BinaryPrimitives.WriteInt64BigEndian(until.AsSpan(1), (_time.GetUtcNow() - _options.UnnamedObjectLife).ToUnixTimeMilliseconds());
        int dropped = 0;
        while (!cancel.IsCancellationRequested && Log.FindFirst(until.AsMemory(0, 1), default) is { } row)
        {
            if (row.Key.Span[..9].SequenceCompareTo(until) >= 0) break;
            byte[] name = row.Key.ToArray()[9..];
            dropped += await Log.EraseAsync([[(byte)'o', .. name]]).ConfigureAwait(false);
            Log.ChangeIndex(index => index.Remove(row.Key.Span));
        }
        return dropped;
    }

    /// <summary>Wins back the space of what was erased or dropped, where half a segment or more is; the segments rewritten.</summary>
    public ValueTask<int> CompactAsync(CancellationToken cancel = default) => Log.CompactAsync(
        (kind, key) => kind == ObjectRecord ? [(byte)'o', .. key.Span[..Hash32.Length]] : null, cancel);

    private protected ValueTask<int> EraseRecordsAsync(IReadOnlyList<Hash32> names) => Log.EraseAsync([.. names.Select(name => (byte[])[(byte)'o', .. name.ToArray()])]);

    private string PathOf(RecordAddress address) => Log.Log.PathOf(address.Segment);

    private static void ObjectRow(Hash32 name, Span<byte> row)
    {
        row[0] = (byte)'o';
        name.CopyTo(row[1..]);
    }

    private static void Index(byte kind, ReadOnlySpan<byte> key, RecordAddress address, SortedStore index)
    {
        Span<byte> row = stackalloc byte[1 + Hash32.Length], value = stackalloc byte[21], unnamed = stackalloc byte[9 + Hash32.Length];
        row[0] = (byte)'o';
        unnamed[0] = (byte)'u';
        if (kind == ObjectRecord)
        {
            key[..Hash32.Length].CopyTo(row[1..]);
            // Written again (healed, moved): it keeps the name it has earned.
            bool named = index.TryGet(row, out ReadOnlyMemory<byte> before) ? before.Span[20] != 0 : index.TryGet(EarlyName(key[..Hash32.Length]), out _);
            address.Write(value);
            key[Hash32.Length..].CopyTo(value[12..]);
            value[20] = named ? (byte)1 : (byte)0;
            index.Set(row, value);
            if (named) return;
            key[Hash32.Length..].CopyTo(unnamed[1..]);
            key[..Hash32.Length].CopyTo(unnamed[9..]);
            index.Set(unnamed, []);
            return;
        }
        for (; key.Length >= Hash32.Length; key = key[Hash32.Length..])
        {
            key[..Hash32.Length].CopyTo(row[1..]);
            if (!index.TryGet(row, out ReadOnlyMemory<byte> before))
            {
                // In a log that is replayed after a rewrite the name may come before the object that was moved.
                index.Set(EarlyName(key[..Hash32.Length]), []);
                continue;
            }
            before.Span.CopyTo(value);
            value[20] = 1;
            index.Set(row, value);
            value[12..20].CopyTo(unnamed[1..]);
            key[..Hash32.Length].CopyTo(unnamed[9..]);
            index.Remove(unnamed);
        }
    }

    private static byte[] EarlyName(ReadOnlySpan<byte> name) => [(byte)'n', .. name];
}
