namespace HealthLedger.Storage.Flushing;

/// <summary>The disk refused a write or flush. The store has ended; nothing is tried again, and nothing staged since may be answered.</summary>
public sealed class StoreFailedException(Exception cause) : IOException("The store has ended: a write or flush failed.", cause);
