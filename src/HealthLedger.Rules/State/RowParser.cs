using System.Buffers.Binary;
using HealthLedger.Protocol;

namespace HealthLedger.Rules.State;

/// <summary>Reads a row's value from its start. A row that is too short is a damaged store, which is not a user's doing: it throws.</summary>
internal ref struct RowParser(ReadOnlySpan<byte> value)
{
    private ReadOnlySpan<byte> _rest = value;

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public int U8() => Take(1)[0];

    public int U16() => BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort)));

    public uint U32() => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint)));

    public long I64() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    public Hash32 Hash() => new(Take(Hash32.Length));

    public Id16 Id() => new(Take(Id16.Length));

    public ReadOnlySpan<byte> Bytes(int length) => Take(length);

    private ReadOnlySpan<byte> Take(int bytes)
    {
        if (bytes > _rest.Length) throw new InvalidDataException("A row of the state is shorter than its table says.");
        ReadOnlySpan<byte> taken = _rest[..bytes];
        _rest = _rest[bytes..];
        return taken;
    }
}
