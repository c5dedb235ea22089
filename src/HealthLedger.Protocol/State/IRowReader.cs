namespace HealthLedger.Protocol.State;

/// <summary>Read access to the rows of one shard's state, as of one height. Implementations are safe for concurrent readers.</summary>
public interface IRowReader
{
    /// <summary>Finds the value of <paramref name="key"/> (1 to 255 bytes); false where there is no row.</summary>
    bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value);

    /// <summary>The rows whose keys start with <paramref name="prefix"/>, ascending by key bytes, after <paramref name="after"/> (exclusive) if not empty.</summary>
    IEnumerable<Row> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after = default);
}
