namespace HealthLedger.Storage.Sorted;

/// <summary>
/// The newest changes in memory: one writer, any number of readers without locks. Every change appends an entry; a hash table of
/// entry numbers finds the newest of a key. Order is made only when someone scans (<see cref="SortedEntries"/>).
/// </summary>
internal sealed class MemTable(ulong seed)
{
    private const int PageBits = 10, PageSize = 1 << PageBits, FirstChunkBytes = 16 << 10, ChunkBytesMax = 512 << 10;
    private readonly SortedEntries _order = new();
    private Entry[][] _pages = [];
    private int[] _table = new int[256];
    private byte[] _chunk = [];
    private int _chunkUsed, _count, _distinct;
    private long _bytes;

    internal struct Entry
    {
        public byte[] Chunk;
        public int Offset, ValueLength;
        public uint Hash;
        public byte KeyLength;

        public readonly ReadOnlySpan<byte> Key => Chunk.AsSpan(Offset, KeyLength);

        public readonly bool IsRemoved => ValueLength < 0;

        public readonly ReadOnlyMemory<byte> Value => Chunk.AsMemory(Offset + KeyLength, Math.Max(ValueLength, 0));

        public readonly SortedRow Row => new(Chunk.AsMemory(Offset, KeyLength), Value, IsRemoved);
    }

    /// <summary>Bytes held, all versions together.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Changes made.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Sets a row, or marks it removed where <paramref name="removed"/>.</summary>
    public void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool removed)
    {
        uint hash = (uint)KeyHash.Of(key, seed);
        byte[] chunk = Room(key.Length + value.Length);
        int number = _count, offset = _chunkUsed;
        key.CopyTo(chunk.AsSpan(offset));
        value.CopyTo(chunk.AsSpan(offset + key.Length));
        _chunkUsed += key.Length + value.Length;
        if ((number & (PageSize - 1)) == 0) Volatile.Write(ref _pages, [.. _pages, new Entry[PageSize]]);
        _pages[number >> PageBits][number & (PageSize - 1)] = new Entry
        {
            Chunk = chunk,
            Offset = offset,
            KeyLength = (byte)key.Length,
            ValueLength = removed ? -1 : value.Length,
            Hash = hash,
        };
        Volatile.Write(ref _count, number + 1);
        Publish(key, hash, number);
        _bytes += key.Length + value.Length + 40;
    }

    /// <summary>The newest entry of a key.</summary>
    public Lookup TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        uint hash = (uint)KeyHash.Of(key, seed);
        int[] table = Volatile.Read(ref _table);
        for (uint slot = hash; ; slot++)
        {
            int number = Volatile.Read(ref table[slot & (uint)(table.Length - 1)]);
            if (number == 0)
            {
                value = default;
                return Lookup.Unknown;
            }
            ref readonly Entry entry = ref At(number - 1);
            if (entry.Hash != hash || !entry.Key.SequenceEqual(key)) continue;
            value = entry.Value;
            return entry.IsRemoved ? Lookup.Removed : Lookup.Found;
        }
    }

    /// <summary>The newest entry of each key that starts with <paramref name="prefix"/>, ascending, after <paramref name="after"/> if not empty.</summary>
    public IEnumerable<SortedRow> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after) => _order.Scan(this, Count, prefix, after);

    internal ref readonly Entry At(int number) => ref Volatile.Read(ref _pages)[number >> PageBits][number & (PageSize - 1)];

    /// <summary>Ascending by key; of one key the newest first.</summary>
    internal int Compare(int left, int right)
    {
        int order = At(left).Key.SequenceCompareTo(At(right).Key);
        return order != 0 ? order : right.CompareTo(left);
    }

    private void Publish(ReadOnlySpan<byte> key, uint hash, int number)
    {
        int[] table = _table;
        for (uint slot = hash; ; slot++)
        {
            ref int place = ref table[slot & (uint)(table.Length - 1)];
            if (place != 0)
            {
                ref readonly Entry entry = ref At(place - 1);
                if (entry.Hash != hash || !entry.Key.SequenceEqual(key)) continue;
            }
            else if (++_distinct * 2 > table.Length)
            {
                Grow();
                _distinct--;
                Publish(key, hash, number);
                return;
            }
            Volatile.Write(ref place, number + 1);
            return;
        }
    }

    private void Grow()
    {
        int[] larger = new int[_table.Length * 2];
        foreach (int number in _table)
        {
            if (number == 0) continue;
            uint slot = At(number - 1).Hash;
            while (larger[slot & (uint)(larger.Length - 1)] != 0) slot++;
            larger[slot & (uint)(larger.Length - 1)] = number;
        }
        // A reader that still holds the old table sees what was there before this change, as if it had asked earlier.
        Volatile.Write(ref _table, larger);
    }

    private byte[] Room(int bytes)
    {
        if (_chunk.Length - _chunkUsed < bytes)
        {
            _chunk = new byte[Math.Max(bytes, Math.Clamp(_chunk.Length * 2, FirstChunkBytes, ChunkBytesMax))];
            _chunkUsed = 0;
        }
        return _chunk;
    }
}
