using HealthLedger.Protocol;

namespace HealthLedger.Rules.State;

/// <summary>What a record event does to its segment's list.</summary>
public enum RecordEntryKind : byte
{
    /// <summary>A first version.</summary>
    Add = 1,

    /// <summary>A newer version.</summary>
    Amend = 2,

    /// <summary>The mark that a record was entered in error.</summary>
    Retract = 3,
}

/// <summary>
/// One record event of a segment, in ledger order; never changed.
/// <code>
/// u8 kind | hash record | id resource | hash author | i64 leaf | i64 block time
/// and unless it is a retraction: hash amends (zero: none) | hash segment key | hash manifest | hash content | hash wrapped keys | hash envelope
/// </code>
/// </summary>
public sealed record RecordEntryRow
{
    /// <summary>Add, amend or retract.</summary>
    public required RecordEntryKind Kind { get; init; }

    /// <summary>The record id; of a retraction, that of the retracted record.</summary>
    public required Hash32 Record { get; init; }

    /// <summary>What versions share.</summary>
    public required Id16 Resource { get; init; }

    /// <summary>The identity that wrote it.</summary>
    public required Hash32 Author { get; init; }

    /// <summary>The entry's leaf index.</summary>
    public required long Leaf { get; init; }

    /// <summary>The block's time, in milliseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>The version before; null for a first one.</summary>
    public Hash32? Amends { get; init; }

    /// <summary>The key id it is sealed to; zero for a retraction, as are all that follow.</summary>
    public Hash32 SegmentKey { get; init; }

    /// <summary>The manifest's object name.</summary>
    public Hash32 Manifest { get; init; }

    /// <summary>The content's object name.</summary>
    public Hash32 Content { get; init; }

    /// <summary>The wrapped keys' object name.</summary>
    public Hash32 WrappedKeys { get; init; }

    /// <summary>The envelope's object name.</summary>
    public Hash32 Envelope { get; init; }

    internal byte[] Encode(RowWriter writer)
    {
        writer.Start().U8((int)Kind).Hash(Record).Id(Resource).Hash(Author).I64(Leaf).I64(Time);
        if (Kind != RecordEntryKind.Retract)
            writer.Hash(Amends ?? default).Hash(SegmentKey).Hash(Manifest).Hash(Content).Hash(WrappedKeys).Hash(Envelope);
        return writer.ToArray();
    }

    internal static RecordEntryRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        RecordEntryRow entry = new()
        {
            Kind = (RecordEntryKind)row.U8(), Record = row.Hash(), Resource = row.Id(), Author = row.Hash(), Leaf = row.I64(), Time = row.I64(),
        };
        if (entry.Kind == RecordEntryKind.Retract) return entry;
        Hash32 amends = row.Hash();
        return entry with
        {
            Amends = amends.IsZero ? null : amends,
            SegmentKey = row.Hash(), Manifest = row.Hash(), Content = row.Hash(), WrappedKeys = row.Hash(), Envelope = row.Hash(),
        };
    }
}
