using HealthLedger.Protocol;

namespace HealthLedger.Rules.State;

/// <summary>Where a record stands: <c>hash subject | id segment | i64 position</c>.</summary>
/// <param name="Subject">Whose record it is.</param>
/// <param name="Segment">In which segment.</param>
/// <param name="Position">At which place of the segment's list, from 0.</param>
public readonly record struct RecordPlaceRow(Hash32 Subject, Id16 Segment, long Position)
{
    internal byte[] Encode(RowWriter writer) => writer.Start().Hash(Subject).Id(Segment).I64(Position).ToArray();

    internal static RecordPlaceRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        return new RecordPlaceRow(row.Hash(), row.Id(), row.I64());
    }
}

/// <summary>What came under a record key: <c>hash content key | hash record | i64 leaf</c>.</summary>
/// <param name="ContentKey">The blinded content; of a retraction, the record id retracted.</param>
/// <param name="Record">The record id.</param>
/// <param name="Leaf">The entry's leaf index: where its receipt is.</param>
public readonly record struct RecordKeyRow(Hash32 ContentKey, Hash32 Record, long Leaf)
{
    internal byte[] Encode(RowWriter writer) => writer.Start().Hash(ContentKey).Hash(Record).I64(Leaf).ToArray();

    internal static RecordKeyRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        return new RecordKeyRow(row.Hash(), row.Hash(), row.I64());
    }
}

/// <summary>A resource: <c>hash author | hash newest record | u32 versions | u8 retracted</c>.</summary>
/// <param name="Author">The identity whose versions these are.</param>
/// <param name="Newest">The newest version's record id.</param>
/// <param name="Versions">How many there are.</param>
/// <param name="Retracted">True when it was entered in error.</param>
public readonly record struct ResourceRow(Hash32 Author, Hash32 Newest, uint Versions, bool Retracted)
{
    internal byte[] Encode(RowWriter writer) => writer.Start().Hash(Author).Hash(Newest).U32(Versions).U8(Retracted ? 1 : 0).ToArray();

    internal static ResourceRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        return new ResourceRow(row.Hash(), row.Hash(), row.U32(), row.U8() != 0);
    }
}
