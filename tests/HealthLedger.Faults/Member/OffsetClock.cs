namespace HealthLedger.Faults.Member;

/// <summary>The system's clock with a time of day that is wrong while a switch is on; time-outs and timers go on as they do.</summary>
internal sealed class OffsetClock(TimeSpan offset, Switch wrong) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => wrong.IsOn ? System.GetUtcNow() + offset : System.GetUtcNow();
}
