using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Reading;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Storage.Snapshots;

namespace HealthLedger.Actors.Consents;

/// <summary>
/// Wakes the consents of patients whose grants end soon: at the start, every <see cref="Interval"/>, and when a grant is committed that ends before
/// the next look. Only those are in memory, however many grants there are. With snapshots only those are looked at, too.
/// </summary>
public sealed class ConsentWatch : IAsyncDisposable
{
    /// <summary>How often it is looked which grants end soon.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly ILedgerReader _ledger;
    private readonly IActors _actors;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private GrantEnds? _ends;
    private Task _looking = Task.CompletedTask;

    /// <summary>Looks at once, and then regularly.</summary>
    public ConsentWatch(ILedgerReader ledger, IActors actors, TimeProvider clock)
    {
        (_ledger, _actors, _clock) = (ledger, actors, clock);
        _timer = clock.CreateTimer(_ => _looking = LookAsync(), null, TimeSpan.Zero, Interval);
    }

    /// <summary>Keeps the ends of grants in snapshots from now on.</summary>
    public void Keep(SnapshotStore snapshots) => Volatile.Write(ref _ends, new GrantEnds(_ledger, snapshots, _clock, WakeAsync));

    /// <summary>A block was committed. Only queues.</summary>
    public void Note(CommittedGrants block)
    {
        Volatile.Read(ref _ends)?.Note(block);
        foreach (CommittedGrant grant in block.Made)
        {
            if (grant.Until <= Horizon) _ = WakeAsync(new LedgerDid(_ledger.Genesis.Network, grant.Did).ToString()).AsTask();
        }
    }

    /// <summary>Wakes the patients of all grants that end soon.</summary>
    public async Task LookAsync()
    {
        IEnumerable<int> shards = Volatile.Read(ref _ends) is { } ends ? await ends.WakeDueAsync(Horizon) : Enumerable.Range(1, _ledger.Genesis.Shards);
        foreach (int shard in shards)
        {
            HashSet<Hash32> woken = [];
            foreach ((Hash32 did, _, long ending) in _ledger.View(shard).RunningGrants())
            {
                if (ending <= Horizon && woken.Add(did)) await WakeAsync(new LedgerDid(_ledger.Genesis.Network, did).ToString());
            }
        }
    }

    /// <summary>Stops looking.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _looking;
        if (_ends is { } ends) await ends.DisposeAsync();
    }

    private long Horizon => (_clock.GetUtcNow() + 2 * Interval).ToUnixTimeMilliseconds();

    private async ValueTask WakeAsync(string did) => await _actors.Get<IConsentActor>(did).WatchAsync();
}
