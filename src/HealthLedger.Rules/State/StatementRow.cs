namespace HealthLedger.Rules.State;

/// <summary>A statement that is remembered until it expires: <c>i64 notAfter | i64 leaf | i64 height | u16 events</c>.</summary>
/// <param name="NotAfter">The last block time at which the statement could have been taken.</param>
/// <param name="Leaf">The statement's leaf index; its events' entries follow.</param>
/// <param name="Height">The block that took it.</param>
/// <param name="Events">How many events it has.</param>
public readonly record struct StatementRow(long NotAfter, long Leaf, long Height, int Events)
{
    internal byte[] Encode(RowWriter writer) => writer.Start().I64(NotAfter).I64(Leaf).I64(Height).U16(Events).ToArray();

    internal static StatementRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        return new StatementRow(row.I64(), row.I64(), row.I64(), row.U16());
    }
}
