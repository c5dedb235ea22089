using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using HealthLedger.Protocol;

namespace HealthLedger.Rules.State;

/// <summary>A key of the state under construction, on the stack: <c>RowKey.Of(Table.Segment).Add(did).Add(segment)</c>.</summary>
internal struct RowKey
{
    [InlineArray(LengthMax)]
    private struct Buffer
    {
        private byte _first;
    }

    /// <summary>The longest key: table, did, grantee, grant.</summary>
    public const int LengthMax = 104;

    private Buffer _buffer;
    private int _length;

    /// <summary>The key so far. Valid while the variable lives.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public readonly ReadOnlySpan<byte> Span => ((ReadOnlySpan<byte>)_buffer)[.._length];

    /// <summary>A key, or the prefix of all keys, of a table.</summary>
    public static RowKey Of(Table table)
    {
        RowKey key = default;
        key._buffer[0] = (byte)table;
        key._length = 1;
        return key;
    }

    /// <summary>A key whose first part is a hash.</summary>
    public static RowKey Of(Table table, Hash32 first) => Of(table).Add(first);

    /// <summary>This key and 32 bytes.</summary>
    public RowKey Add(Hash32 part)
    {
        part.CopyTo(((Span<byte>)_buffer)[_length..]);
        _length += Hash32.Length;
        return this;
    }

    /// <summary>This key and 16 bytes.</summary>
    public RowKey Add(Id16 part)
    {
        part.CopyTo(((Span<byte>)_buffer)[_length..]);
        _length += Id16.Length;
        return this;
    }

    /// <summary>This key and 8 bytes.</summary>
    public RowKey Add(long part)
    {
        BinaryPrimitives.WriteInt64BigEndian(((Span<byte>)_buffer)[_length..], part);
        _length += sizeof(long);
        return this;
    }

    /// <summary>This key and 2 bytes.</summary>
    public RowKey Add(ushort part)
    {
        BinaryPrimitives.WriteUInt16BigEndian(((Span<byte>)_buffer)[_length..], part);
        _length += sizeof(ushort);
        return this;
    }

    /// <summary>A copy on the heap.</summary>
    public readonly byte[] ToArray() => Span.ToArray();
}
