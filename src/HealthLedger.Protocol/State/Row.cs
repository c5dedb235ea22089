namespace HealthLedger.Protocol.State;

/// <summary>One row of a shard's state.</summary>
/// <param name="Key">1 to 255 bytes; the first names the table.</param>
/// <param name="Value">At most 32 KiB.</param>
public readonly record struct Row(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);
