using System.Globalization;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Orleans.Members;
using HealthLedger.Orleans.Placement;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using Orleans.Concurrency;

namespace HealthLedger.Orleans.Grains;

/// <summary>
/// <see cref="LedgerShardActor"/> in a silo, beside the member's validator. Reentrant, because a statement waits for its commit while others come; the
/// actor has a loop of its own. It stays in memory: a shard that nobody writes to must still lead when it is its turn.
/// </summary>
[MemberPlacement, Reentrant, KeepAlive]
public sealed class LedgerShardGrain(MemberSite site) : Grain, ILedgerShardGrain
{
    private LedgerShardActor? _actor;
    private MemberStand? _stand;

    /// <inheritdoc/>
    public async ValueTask<Result<bool>> WakeAsync() => await ActorAsync() is not null;

    /// <inheritdoc/>
    public async ValueTask<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope) =>
        await ActorAsync() is { } actor ? await actor.SubmitAsync(envelope) : new Fault(FaultCode.Unavailable, "The node is not up; try again in a moment, or ask another one.");

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => await EndAsync();

    private async ValueTask<LedgerShardActor?> ActorAsync()
    {
        if (_actor is not null && site.Stand == _stand) return _actor;
        await EndAsync();
        int shard = int.Parse(GrainKey.ThingOf(this.GetPrimaryKeyString()), CultureInfo.InvariantCulture);
        if (_actor is not null || site.Stand is not { } stand || shard >= stand.Replica.ShardCount) return _actor;
        _stand = stand;
        return _actor = stand.Open(shard);
    }

    private async ValueTask EndAsync()
    {
        if (_actor is not { } ended) return;
        _actor = null;
        await _stand!.CloseAsync(ended);
    }
}
