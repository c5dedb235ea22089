namespace HealthLedger.Storage.Logs;

/// <summary>A record as it was read and checked.</summary>
internal readonly record struct LogRecord(byte Kind, ulong Sequence, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Payload);
