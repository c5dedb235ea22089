namespace HealthLedger.Protocol.Events;

/// <summary>What a grant allows (bits).</summary>
[Flags]
public enum Rights : byte
{
    /// <summary>Nothing; no grant has it.</summary>
    None = 0,

    /// <summary>To read the records of the segments.</summary>
    Read = 1,

    /// <summary>To add records to the segments.</summary>
    Deposit = 2,
}
