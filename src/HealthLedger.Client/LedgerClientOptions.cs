using HealthLedger.Client.Network;
using HealthLedger.Client.Submit;

namespace HealthLedger.Client;

/// <summary>The bounds of a client. The defaults suit one gateway or one import.</summary>
public sealed record LedgerClientOptions
{
    /// <summary>When to try again.</summary>
    public RetrySchedule Retry { get; init; } = RetrySchedule.Default;

    /// <summary>The writer's bounds.</summary>
    public LedgerWriterOptions Writer { get; init; } = new();

    /// <summary>How many patients' heads are remembered.</summary>
    public int PatientsKept { get; init; } = 2_000;

    /// <summary>How many private segment keys are remembered.</summary>
    public int SegmentKeysKept { get; init; } = 32_768;

    /// <summary>How many opened batch keys are remembered.</summary>
    public int BatchKeysKept { get; init; } = 32_768;

    /// <summary>
    /// How long one sealed note, and with it one commitment, serves the same person's accesses to the same patient. Longer saves HPKE seals, and
    /// lets validators see that it was the same person again. Zero makes a note for each access.
    /// </summary>
    public TimeSpan NoteReuse { get; init; } = TimeSpan.FromMinutes(5);
}
