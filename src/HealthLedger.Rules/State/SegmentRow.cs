using HealthLedger.Protocol;

namespace HealthLedger.Rules.State;

/// <summary>A segment: <c>hash owner | hash newest key | i64 leaf of segment.open | u32 keys so far</c>.</summary>
/// <param name="Owner">The identity that controls it: the subject, or a provider.</param>
/// <param name="NewestKey">The key id that records are sealed to now.</param>
/// <param name="Leaf">The leaf index of its opening.</param>
/// <param name="Keys">How many keys it has had.</param>
public readonly record struct SegmentRow(Hash32 Owner, Hash32 NewestKey, long Leaf, uint Keys)
{
    internal byte[] Encode(RowWriter writer) => writer.Start().Hash(Owner).Hash(NewestKey).I64(Leaf).U32(Keys).ToArray();

    internal static SegmentRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        return new SegmentRow(row.Hash(), row.Hash(), row.I64(), row.U32());
    }
}
