using System.Buffers.Binary;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Rules.State;

/// <summary>
/// What decides about accesses while a grant runs, read in place: the row is looked at for every candidate, so nothing is copied.
/// <code>
/// 0 u8 flags: 1 person, 2 narrow, 4 stewarded | 1 u8 rights | 2 u16 purposes, bit p | 4 i64 from | 12 i64 until | 20 u32 uses left (all ones: any)
/// 24 hash person (zero: any) | 56 n x id segment, ascending
/// </code>
/// </summary>
internal readonly struct GrantLiveRow
{
    /// <summary>The uses of a grant that does not count them.</summary>
    public const uint AnyUses = uint.MaxValue;

    private const int PurposesAt = 2, FromAt = 4, UntilAt = 12, UsesAt = 20, PersonAt = 24, SegmentsAt = 56;

    private readonly ReadOnlyMemory<byte> _value;
    private readonly int _purposes;
    private readonly byte _flags;

    public GrantLiveRow(ReadOnlyMemory<byte> value)
    {
        ReadOnlySpan<byte> row = value.Span;
        _value = value;
        _flags = row[0];
        Rights = (Rights)row[1];
        _purposes = BinaryPrimitives.ReadUInt16BigEndian(row[PurposesAt..]);
        From = BinaryPrimitives.ReadInt64BigEndian(row[FromAt..]);
        Until = BinaryPrimitives.ReadInt64BigEndian(row[UntilAt..]);
        UsesLeft = BinaryPrimitives.ReadUInt32BigEndian(row[UsesAt..]);
    }

    public bool HasPerson => (_flags & 1) != 0;

    public bool IsNarrow => (_flags & 2) != 0;

    public Rights Rights { get; }

    public long From { get; }

    public long Until { get; }

    public uint UsesLeft { get; }

    public Hash32 Person => new(_value.Span.Slice(PersonAt, Hash32.Length));

    /// <summary>True when the grant is for a purpose; treatment admits the coordination of care.</summary>
    public bool Admits(Purpose purpose) =>
        (_purposes >> (int)purpose & 1) != 0 || (purpose == Purpose.CareCoordination && (_purposes >> (int)Purpose.Treatment & 1) != 0);

    /// <summary>True when the grant is for a segment.</summary>
    public bool Covers(Id16 segment)
    {
        for (ReadOnlySpan<byte> rest = _value.Span[SegmentsAt..]; rest.Length >= Id16.Length; rest = rest[Id16.Length..])
            if (segment.Bytes.SequenceEqual(rest[..Id16.Length])) return true;
        return false;
    }

    /// <summary>The row with one use less.</summary>
    public byte[] Used()
    {
        byte[] used = _value.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(used.AsSpan(UsesAt), UsesLeft - 1);
        return used;
    }

    public static byte[] Encode(RowWriter writer, GrantBody body)
    {
        int purposes = 0;
        foreach (Purpose purpose in body.Purposes) purposes |= 1 << (int)purpose;
        writer.Start().U8((body.Person is null ? 0 : 1) | (body.IsNarrow ? 2 : 0) | (body.Stewarded ? 4 : 0)).U8((int)body.Rights).U16(purposes)
            .I64(body.From).I64(body.Until).U32(body.Uses ?? AnyUses).Hash(body.Person ?? default);
        foreach (Id16 segment in body.Segments) writer.Id(segment);
        return writer.ToArray();
    }
}
