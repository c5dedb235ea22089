namespace HealthLedger.Orleans.Database;

/// <summary>What a patient's consents keep.</summary>
public sealed class ConsentSnapshot
{
    /// <summary>Whether a reminder is registered.</summary>
    public bool IsReminded { get; set; }
}
