using HealthLedger.Actors.LedgerShards;
using HealthLedger.Validator;

namespace HealthLedger.Actors.Network;

/// <summary>One member that is up: its validator and its shard actors.</summary>
public sealed class StandaloneMember : IAsyncDisposable
{
    private readonly LedgerShardActor[] _shards;

    internal StandaloneMember(Replica replica, LedgerShardActor[] shards, OrganizationKeys keys) => (Replica, _shards, Keys) = (replica, shards, keys);

    /// <summary>The validator.</summary>
    public Replica Replica { get; }

    /// <summary>The member's own keys, for its gateway.</summary>
    public OrganizationKeys Keys { get; }

    /// <summary>The actor of a shard; 0 is the directory.</summary>
    public LedgerShardActor Shard(int shard) => _shards[shard];

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
