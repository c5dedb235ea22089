using HealthLedger.Actors.Network;

namespace HealthLedger.Node.Members;

/// <summary>
/// Drains the member while a file is there, and as long as it is, also over restarts: who may write the node's folder is its operator. Looks twice a second.
/// </summary>
internal sealed class DrainWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly ITimer _timer;

    /// <summary>Begins to look.</summary>
    public DrainWatch(string file, MemberRunner runner, TimeProvider clock) => _timer = clock.CreateTimer(_ =>
    {
        bool wanted = File.Exists(file);
        if (runner.Up is { } up && up.IsDrained != wanted) up.Drain(wanted);
    }, null, Interval, Interval);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();
}
