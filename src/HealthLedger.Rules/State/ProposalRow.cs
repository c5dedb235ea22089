namespace HealthLedger.Rules.State;

/// <summary>A configuration that a member proposed and at least one approves: <c>i64 leaf | configuration's bytes</c>.</summary>
/// <param name="Leaf">The leaf index of the entry that proposed it first.</param>
/// <param name="Bytes">The encoded configuration.</param>
public sealed record ProposalRow(long Leaf, ReadOnlyMemory<byte> Bytes)
{
    internal byte[] Encode(RowWriter writer) => writer.Start().I64(Leaf).Bytes(Bytes.Span).ToArray();

    internal static ProposalRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        return new ProposalRow(row.I64(), row.Rest.ToArray());
    }
}
