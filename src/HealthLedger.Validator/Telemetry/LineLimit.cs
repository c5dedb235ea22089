namespace HealthLedger.Validator.Telemetry;

/// <summary>Bounds how many lines of one kind a log gets: when everything is slow, that is told by metrics, and a few lines are enough. Safe for several threads.</summary>
/// <param name="perSecond">The most lines in one second.</param>
/// <param name="time">The clock.</param>
public sealed class LineLimit(int perSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _since;
    private int _written, _leftOut;

    /// <summary>True where a line may be written now.</summary>
    /// <param name="leftOut">How many were left out since the last one that was written.</param>
    public bool MayWrite(out int leftOut)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (_since == 0 || time.GetElapsedTime(_since, now) >= TimeSpan.FromSeconds(1)) (_since, _written) = (now, 0);
            leftOut = _leftOut;
            if (_written >= perSecond)
            {
                _leftOut++;
                return false;
            }
            (_written, _leftOut) = (_written + 1, 0);
            return true;
        }
    }
}
