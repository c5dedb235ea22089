namespace HealthLedger.Storage.Sorted;

/// <summary>What one level of a sorted store knows of a key.</summary>
internal enum Lookup
{
    /// <summary>Nothing; older levels may.</summary>
    Unknown,

    /// <summary>The row.</summary>
    Found,

    /// <summary>That the row was removed.</summary>
    Removed,
}
