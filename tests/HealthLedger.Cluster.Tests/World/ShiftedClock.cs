namespace HealthLedger.Cluster.Tests.World;

/// <summary>The system's clock, moved or stopped by the test. Only the time of day is: time-outs and timers go on as they do.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private readonly Lock _gate = new();
    private TimeSpan _shift;
    private DateTimeOffset? _stoppedAt;

    /// <summary>Milliseconds since 1970.</summary>
    public long Now => GetUtcNow().ToUnixTimeMilliseconds();

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _stoppedAt ?? System.GetUtcNow() + _shift;
    }

    /// <summary>Moves the time of day forward.</summary>
    public void Shift(TimeSpan by)
    {
        lock (_gate)
        {
            _shift += by;
            _stoppedAt += by;
        }
    }

    /// <summary>Stops the time of day at a moment, in milliseconds since 1970.</summary>
    public void StopAt(long milliseconds)
    {
        lock (_gate) _stoppedAt = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }
}
