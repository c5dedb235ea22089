using System.Collections.Immutable;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Rules.Views;
using HealthLedger.Validator;

namespace HealthLedger.Actors.LedgerShards;

/// <summary>A checkpoint is due once the interval has passed since the last one that was asked for and a shard has gone forward since the last committed one.</summary>
/// <param name="replica">Whose committed heads they are.</param>
/// <param name="interval">At most one in this time.</param>
public sealed class CheckpointClock(Replica replica, TimeSpan interval) : ICheckpointSource
{
    private const int GraceIntervals = 2;
    private long _last = long.MinValue / 2;
    private long _committed = -1;
    private long? _forwardSince;

    /// <inheritdoc/>
    public CheckpointItem? Due(long now)
    {
        if (now - _last < interval.TotalMilliseconds) return null;
        LedgerView directory = replica.View(Protocol.Statements.Shards.Directory).Ledger;
        ImmutableArray<ShardHead>.Builder heads = ImmutableArray.CreateBuilder<ShardHead>(replica.Genesis.Shards);
        bool forward = false;
        for (int shard = 1; shard <= replica.Genesis.Shards; shard++)
        {
            ShardHead head = replica.TipOf(shard).Head;
            forward |= head.Height > (directory.Head(shard)?.Height ?? 0);
            heads.Add(head);
        }
        if (!forward) return null;
        _last = now;
        return new CheckpointItem(heads.MoveToImmutable());
    }

    /// <inheritdoc/>
    public long? OverdueSince(long elapsed)
    {
        LedgerView directory = replica.View(Protocol.Statements.Shards.Directory).Ledger;
        long committed = 0, heads = 0;
        for (int shard = 1; shard <= replica.Genesis.Shards; shard++)
        {
            committed += directory.Head(shard)?.Height ?? 0;
            heads += replica.TipOf(shard).Info.Height;
        }
        if (heads <= committed) _forwardSince = null;
        else if (committed != _committed) _forwardSince = elapsed;
        else _forwardSince ??= elapsed;
        _committed = committed;
        return _forwardSince + GraceIntervals * (long)interval.TotalMilliseconds is { } since && since <= elapsed ? since : null;
    }
}
