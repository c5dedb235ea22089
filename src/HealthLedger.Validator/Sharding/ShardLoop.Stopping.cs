using HealthLedger.Consensus;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Validator.Sharding;

/// <content>Rule 10: where a stop sign is due, and what is owed above one.</content>
internal sealed partial class ShardLoop
{
    private long _stopDueSince = -1;

    /// <summary>Since when, on the clock that never goes back, the leader owes this shard a stop sign; null while none is due. Read from any thread.</summary>
    public long? StopDueSince => Volatile.Read(ref _stopDueSince) is >= 0 and var since ? since : null;

    /// <summary>A block is owed on this one even if nothing waits: a stop sign, or the first block of a configuration.</summary>
    public bool OwesBlockOn(BlockRef parent) => StopDueSince is not null || (_tip.Info is { IsStop: true } tip && tip.Ref == parent);

    /// <summary>The height of shard 0 at which the configuration after this one was decided, once it is committed here; null before.</summary>
    private long? DecidedAfter(int config)
    {
        if (_core.Book.TryGet(config + 1) is null) return null;
        long height = _core.Book.History.DecidedHeight(config + 1);
        return _core.Shards[Shards.Directory].Tip.Info.Height >= height ? height : null;
    }

    private void NoteDueStop()
    {
        bool isDue = !_tip.Info.IsStop && DecidedAfter(_machine.Config) is not null;
        if (!isDue) Volatile.Write(ref _stopDueSince, -1);
        else if (_stopDueSince < 0) Volatile.Write(ref _stopDueSince, _core.Now.Elapsed);
    }

    /// <summary>What the body of a block may be at its place, beyond what the rules say of its items: only above a stop sign may it be empty.</summary>
    private static Fault? CheckPlace(Block block, BlockInfo parent) =>
        block.Items.IsEmpty && !parent.IsStop ? new Fault(FaultCode.ItemMisplaced, "Only the first block above a stop sign may be empty.") : null;
}
