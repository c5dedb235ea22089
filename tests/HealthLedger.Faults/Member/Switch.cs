namespace HealthLedger.Faults.Member;

/// <summary>On while a file exists, looked at now and then: the series turns lies on at the moment that it measures from. Without a file always on.</summary>
internal sealed class Switch(string? file)
{
    private const long LookMilliseconds = 10;
    private long _looked = -LookMilliseconds;
    private volatile bool _on = file is null;

    /// <summary>True while the member is to misbehave.</summary>
    public bool IsOn
    {
        get
        {
            long now = Environment.TickCount64;
            if (file is not null && now - Interlocked.Read(ref _looked) >= LookMilliseconds)
            {
                Interlocked.Exchange(ref _looked, now);
                _on = File.Exists(file);
            }
            return _on;
        }
    }
}
