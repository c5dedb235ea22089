namespace HealthLedger.Storage.Health;

/// <summary>What the store did about damage.</summary>
public enum DamageOutcome
{
    /// <summary>Nothing yet: the caller must heal it from a peer, or rebuild.</summary>
    Open,

    /// <summary>Repaired here: from the twin, or rebuilt from the log.</summary>
    Repaired,

    /// <summary>An unfinished last write, which was never answered, was cut off.</summary>
    Cut,

    /// <summary>The caller healed it afterwards.</summary>
    Healed,
}
