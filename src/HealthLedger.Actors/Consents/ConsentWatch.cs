using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Reading;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Actors.Consents;

/// <summary>
/// Wakes the consents of patients whose grants end soon: at the start, every <see cref="Interval"/>, and when a grant is committed that ends before
/// the next look. Only those are in memory, however many grants there are.
/// </summary>
public sealed class ConsentWatch : IAsyncDisposable
{
    /// <summary>How often the running grants are looked through.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly ILedgerReader _ledger;
    private readonly IActors _actors;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private Task _looking = Task.CompletedTask;

    /// <summary>Looks at once, and then regularly.</summary>
    public ConsentWatch(ILedgerReader ledger, IActors actors, TimeProvider clock)
    {
        (_ledger, _actors, _clock) = (ledger, actors, clock);
        _timer = clock.CreateTimer(_ => _looking = LookAsync(), null, TimeSpan.Zero, Interval);
    }

    /// <summary>A grant of this patient was made or used, and may end before the next look.</summary>
    public ValueTask NoteAsync(string did, long ends) => ends <= Horizon ? WakeAsync(did) : ValueTask.CompletedTask;

    /// <summary>Looks through all running grants and wakes the patients of those that end soon.</summary>
    public async Task LookAsync()
    {
        for (int shard = 1; shard <= _ledger.Genesis.Shards; shard++)
        {
            HashSet<Hash32> woken = [];
            foreach ((Hash32 did, _, long ends) in _ledger.View(shard).RunningGrants())
            {
                if (ends <= Horizon && woken.Add(did)) await WakeAsync(new LedgerDid(_ledger.Genesis.Network, did).ToString());
            }
        }
    }

    /// <summary>Stops looking.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _looking;
    }

    private long Horizon => (_clock.GetUtcNow() + 2 * Interval).ToUnixTimeMilliseconds();

    private async ValueTask WakeAsync(string did) => await _actors.Get<IConsentActor>(did).WatchAsync();
}
