namespace HealthLedger.Storage.Snapshots;

/// <summary>A database does not do what it was asked. Its message holds no value and no connection string.</summary>
public sealed class DatabaseException(string message, Exception? inner = null) : Exception(message, inner);
