namespace HealthLedger.Protocol.State;

/// <summary>One change that the rules made to a row, in the order they made it (FORMATS.md section 3, <c>changes</c>).</summary>
/// <param name="Key">The row's key.</param>
/// <param name="Value">Its new value, or null where the row is removed.</param>
public readonly record struct RowChange(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value);
