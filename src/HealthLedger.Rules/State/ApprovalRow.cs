using HealthLedger.Protocol;

namespace HealthLedger.Rules.State;

/// <summary>A member's last word on who shall vote next: <c>hash configuration | i64 leaf</c>.</summary>
/// <param name="Configuration">The hash of what it approves.</param>
/// <param name="Leaf">The leaf index of the entry that said so.</param>
public readonly record struct ApprovalRow(Hash32 Configuration, long Leaf)
{
    internal byte[] Encode(RowWriter writer) => writer.Start().Hash(Configuration).I64(Leaf).ToArray();

    internal static ApprovalRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        return new ApprovalRow(row.Hash(), row.I64());
    }
}
