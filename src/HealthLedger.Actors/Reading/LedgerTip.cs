namespace HealthLedger.Actors.Reading;

/// <summary>The newest committed block of a shard.</summary>
/// <param name="Height">Its height; 0 is the genesis.</param>
/// <param name="Time">Its time, in milliseconds since 1970.</param>
public readonly record struct LedgerTip(long Height, long Time);
