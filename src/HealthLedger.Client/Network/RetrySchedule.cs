using HealthLedger.Protocol.Errors;

namespace HealthLedger.Client.Network;

/// <summary>How long to wait before trying again: the first wait, doubled each time up to a maximum, so many times. No jitter: the same run waits the same.</summary>
/// <param name="First">The first wait.</param>
/// <param name="Longest">No wait is longer.</param>
/// <param name="Attempts">How often a thing is tried in all.</param>
public sealed record RetrySchedule(TimeSpan First, TimeSpan Longest, int Attempts)
{
    /// <summary>50 ms, 100 ms, ... at most 4 s; 10 attempts, about 20 s of waiting.</summary>
    public static RetrySchedule Default { get; } = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(4), 10);

    /// <summary>The wait after attempt <paramref name="attempt"/>, counted from 0.</summary>
    public TimeSpan After(int attempt) => TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Clamp(attempt, 0, 30)));

    /// <summary>True for faults that pass by themselves.</summary>
    public static bool Passes(FaultCode code) =>
        code is FaultCode.Busy or FaultCode.Unavailable or FaultCode.TimedOut or FaultCode.ConnectionFailed or FaultCode.StatementMemoryFull or FaultCode.StatementEarly;

    /// <summary>True when it is not known whether the node took the statement.</summary>
    public static bool LeavesDoubt(FaultCode code) => code is FaultCode.TimedOut or FaultCode.ConnectionFailed or FaultCode.Unavailable or FaultCode.StatementRemembered or FaultCode.StatementExpired or FaultCode.SequenceWrong;
}
