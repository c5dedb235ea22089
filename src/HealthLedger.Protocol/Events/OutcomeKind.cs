namespace HealthLedger.Protocol.Events;

/// <summary>What became of an event.</summary>
public enum OutcomeKind : byte
{
    /// <summary>It holds.</summary>
    Applied = 0,

    /// <summary>It repeats an earlier entry, which holds.</summary>
    Duplicate = 1,

    /// <summary>It broke a rule and changed nothing.</summary>
    Refused = 2,

    /// <summary>An access that is allowed.</summary>
    Permitted = 3,

    /// <summary>An access that is not allowed.</summary>
    Denied = 4,
}
