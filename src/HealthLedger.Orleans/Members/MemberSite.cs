using HealthLedger.Actors.LedgerShards;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Validator;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Orleans.Members;

/// <summary>
/// The member that this silo hosts. It follows the replica, which may start itself anew, keeps every shard's grain awake, and ends in good order: it lets
/// nobody in, hands over what it leads, and waits for what is on its way.
/// </summary>
public sealed partial class MemberSite : IAsyncDisposable
{
    private static readonly TimeSpan TendInterval = TimeSpan.FromMilliseconds(250), DrainLook = TimeSpan.FromMilliseconds(10);

    private readonly MemberSiteOptions _options;
    private readonly IGrainFactory _grains;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _ending = new();
    private Task _tending = Task.CompletedTask;
    private MemberStand? _stand;
    private int _draining;

    /// <summary>Nothing is up before <see cref="StartAsync"/>.</summary>
    public MemberSite(MemberSiteOptions options, IGrainFactory grains, ILogger<MemberSite> log) => (_options, _grains, _log) = (options, grains, log);

    /// <summary>The member's id.</summary>
    public Hash32 Member => _options.Member;

    /// <summary>The clock of the member and its actors.</summary>
    public TimeProvider Clock => _options.Clock;

    /// <summary>What stands on the member's replica; null while that is down.</summary>
    public MemberStand? Stand => Volatile.Read(ref _stand);

    /// <summary>True once the silo ends in good order: nobody new is let in.</summary>
    public bool IsDraining => Volatile.Read(ref _draining) != 0;

    /// <summary>Stands up and wakes the shards; goes on tending until the end.</summary>
    public async Task StartAsync()
    {
        await TendAsync();
        _tending = KeepTendingAsync();
    }

    /// <summary>Hands over every shard that is led here and waits until nothing waits here any more, for <see cref="MemberSiteOptions.DrainTimeout"/> at most.</summary>
    public async Task DrainAsync(CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref _draining, 1) != 0 || Stand is not { } stand) return;
        LedgerShardActor[] shards = [.. stand.Awake];
        long since = Clock.GetTimestamp();
        // What waits is committed by the own leaders first; then the next ones may begin at once.
        await UntilAsync(() => shards.All(shard => shard.WaitingCount == 0), since, _options.DrainTimeout / 2, cancel);
        foreach (LedgerShardActor shard in shards) shard.GiveUp();
        await UntilAsync(() => shards.All(shard => !shard.IsLeading && shard.WaitingCount == 0), since, _options.DrainTimeout, cancel);
        LogDrained(shards.Length, Clock.GetElapsedTime(since).TotalMilliseconds);
    }

    /// <summary>Ends the tending and the node.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _tending;
        if (Interlocked.Exchange(ref _stand, null) is { } stand) await stand.DisposeAsync();
    }

    private async Task UntilAsync(Func<bool> holds, long since, TimeSpan timeout, CancellationToken cancel)
    {
        while (!holds() && Clock.GetElapsedTime(since) < timeout && !cancel.IsCancellationRequested) await Task.Delay(DrainLook, Clock, CancellationToken.None);
    }

    private async Task KeepTendingAsync()
    {
        using PeriodicTimer timer = new(TendInterval, Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token)) await TendAsync();
        }
        catch (OperationCanceledException)
        {
            // The end of the site.
        }
    }

    private async Task TendAsync()
    {
        Replica? replica = _options.Replica();
        if (replica != Stand?.Replica)
        {
            MemberStand? next = replica is null ? null : new MemberStand(replica, _options, _grains);
            if (Interlocked.Exchange(ref _stand, next) is { } before) await before.DisposeAsync();
        }
        if (Stand is not { } stand || IsDraining) return;
        int[] asleep = [.. Enumerable.Range(0, stand.Replica.ShardCount).Where(shard => !stand.IsAwake(shard))];
        await Task.WhenAll(asleep.Select(shard => WakeAsync(stand, shard)));
    }

    // One that cannot be woken now is tried again at the next look.
    private async Task WakeAsync(MemberStand stand, int shard)
    {
        if (!(await stand.GrainOf(shard).WakeAsync()).TryGet(out _, out Fault fault)) LogNotAwake(shard, fault.CodeText, fault.Message);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The grain of shard {Shard} is not awake yet: {Code} {Why}")]
    private partial void LogNotAwake(int shard, string code, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Shards} shards were handed over and drained in {Milliseconds:0} ms")]
    private partial void LogDrained(int shards, double milliseconds);
}
