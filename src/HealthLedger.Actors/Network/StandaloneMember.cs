using HealthLedger.Actors.LedgerShards;
using HealthLedger.Protocol.Keys;
using HealthLedger.Validator;

namespace HealthLedger.Actors.Network;

/// <summary>One member that is up: its validator and its shard actors.</summary>
public sealed class StandaloneMember : IAsyncDisposable
{
    private readonly LedgerShardActor[] _shards;

    internal StandaloneMember(Replica replica, LedgerShardActor[] shards, SigningKey signing) => (Replica, _shards, Signing) = (replica, shards, signing);

    /// <summary>The validator.</summary>
    public Replica Replica { get; }

    /// <summary>A signing key of the member's organization, for what its node writes by itself.</summary>
    public SigningKey Signing { get; }

    /// <summary>The actors of all shards, by shard.</summary>
    public IReadOnlyList<LedgerShardActor> Shards => _shards;

    /// <summary>The actor of a shard; 0 is the directory.</summary>
    public LedgerShardActor Shard(int shard) => _shards[shard];

    /// <summary>True while the member leads nothing, on its operator's wish.</summary>
    public bool IsDrained { get; private set; }

    /// <summary>Hands over what the member leads, and leads nothing until it is told otherwise; it goes on voting and answering.</summary>
    public void Drain(bool drained)
    {
        IsDrained = drained;
        foreach (LedgerShardActor shard in _shards) shard.Drain(drained);
    }

    /// <summary>Stops leading, then ends actors and validator.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (LedgerShardActor shard in _shards) shard.GiveUp();
        foreach (LedgerShardActor shard in _shards) await shard.DisposeAsync();
        await Replica.DisposeAsync();
    }

    /// <summary>Ends at once, as a crash would: nothing in memory is written.</summary>
    public async ValueTask KillAsync()
    {
        await Replica.AbandonAsync();
        foreach (LedgerShardActor shard in _shards) await shard.DisposeAsync();
    }
}
