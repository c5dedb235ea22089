using System.Collections.Concurrent;
using System.Globalization;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Actors.Nodes;
using HealthLedger.Actors.Reading;
using HealthLedger.Orleans.Clients;
using HealthLedger.Orleans.Grains;
using HealthLedger.Validator;

namespace HealthLedger.Orleans.Members;

/// <summary>All that stands on one replica for as long as it lives: the node, what actors read from and write with, and the shard actors in this silo.</summary>
public sealed class MemberStand : IAsyncDisposable
{
    private static readonly TimeSpan SeenTimeout = TimeSpan.FromMilliseconds(800), Look = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentDictionary<int, LedgerShardActor> _shards = new();
    private readonly MemberSiteOptions _options;
    private readonly IGrainFactory _grains;

    internal MemberStand(Replica replica, MemberSiteOptions options, IGrainFactory grains)
    {
        (Replica, _options, _grains) = (replica, options, grains);
        Node = new MemberNode(replica, [.. Enumerable.Range(0, replica.ShardCount).Select(WayTo)], options.Organization, (reader, pen) =>
        {
            (Reader, Pen) = (reader, pen);
            return new MemberActors(grains, options.Member);
        }, options.Clock, options.Random);
    }

    /// <summary>The validator.</summary>
    public Replica Replica { get; }

    /// <summary>The member's node.</summary>
    public MemberNode Node { get; }

    /// <summary>What actors read from.</summary>
    public ILedgerReader Reader { get; private set; } = null!;

    /// <summary>What consents write with.</summary>
    public MemberPen Pen { get; private set; } = null!;

    /// <summary>The shard actors that are awake.</summary>
    public IEnumerable<LedgerShardActor> Awake => _shards.Values;

    /// <summary>The grain of a shard.</summary>
    internal ILedgerShardGrain GrainOf(int shard) => _grains.GetGrain<ILedgerShardGrain>(GrainKey.Of(_options.Member, shard.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Whether a shard's actor is awake.</summary>
    internal bool IsAwake(int shard) => _shards.ContainsKey(shard);

    /// <summary>Makes a shard's actor.</summary>
    internal LedgerShardActor Open(int shard)
    {
        CheckpointClock? checkpoints = shard == 0 ? new CheckpointClock(Replica, _options.Shard.CheckpointInterval) : null;
        LedgerShardActor actor = new(Replica, shard, _options.Shard, _options.Random, checkpoints);
        _shards[shard] = actor;
        return actor;
    }

    /// <summary>Ends a shard's actor: it hands over first, where it leads.</summary>
    internal async ValueTask CloseAsync(LedgerShardActor actor)
    {
        _shards.TryRemove(KeyValuePair.Create(actor.Shard, actor));
        actor.GiveUp();
        await actor.DisposeAsync();
    }

    /// <summary>Waits, not long, until the replica has come as far as <paramref name="seen"/> says: pairs of shard and height. False where it has not.</summary>
    internal async ValueTask<bool> UntilAsync(long[] seen)
    {
        long since = _options.Clock.GetTimestamp();
        while (!HasSeen(seen))
        {
            if (_options.Clock.GetElapsedTime(since) > SeenTimeout) return false;
            await Task.Delay(Look, _options.Clock);
        }
        return true;
    }

    /// <summary>Ends the node. The replica is ended by who started it, the shard actors by their grains.</summary>
    public ValueTask DisposeAsync() => Node.DisposeAsync();

    private bool HasSeen(long[] seen)
    {
        for (int i = 0; i + 1 < seen.Length; i += 2)
        {
            if (seen[i] < 0 || seen[i] >= Replica.ShardCount || Replica.TipOf((int)seen[i]).Info.Height < seen[i + 1]) return false;
        }
        return true;
    }

    private GrainShard WayTo(int shard) => new(GrainOf(shard), () => _shards.TryGetValue(shard, out LedgerShardActor? actor) ? actor.WaitingCount : 0);
}
