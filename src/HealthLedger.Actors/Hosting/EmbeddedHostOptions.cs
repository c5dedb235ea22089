namespace HealthLedger.Actors.Hosting;

/// <summary>Settings of the embedded host.</summary>
public sealed record EmbeddedHostOptions
{
    /// <summary>Turns that may wait at one actor before callers are told to come again. Default 1,024.</summary>
    public int MailboxTurnsMax { get; init; } = 1_024;

    /// <summary>Actors in memory; beyond it the host refuses rather than grows. Default 200,000.</summary>
    public int ActivationsMax { get; init; } = 200_000;

    /// <summary>How long a caller waits for a turn. Default 30 s, as long as a submission may take.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an actor stays in memory without a turn. Default 10 min.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Labels of what the host measures: whose it is, where one process has several.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> MeterTags { get; init; } = [];

    /// <summary>Whether arguments and answers are copied through CBOR. For tests.</summary>
    public bool CopyValues { get; init; }

    /// <summary>Whether a circle of calls fails at once instead of by time-out. For tests.</summary>
    public bool ForbidCycles { get; init; }

    /// <summary>Activations of each actor that take turns in answering, as may happen for a while in a cluster. Above 1 only in tests.</summary>
    public int DuplicateActivations { get; init; } = 1;
}
