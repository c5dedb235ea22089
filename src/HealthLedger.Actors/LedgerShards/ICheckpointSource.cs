using HealthLedger.Protocol.Blocks;
using HealthLedger.Validator;

namespace HealthLedger.Actors.LedgerShards;

/// <summary>Says when the leader of shard 0 puts a global checkpoint into its next block.</summary>
public interface ICheckpointSource
{
    /// <summary>The heads for a checkpoint that is due; null for none. Every head is committed here.</summary>
    /// <param name="now">Milliseconds since 1970.</param>
    CheckpointItem? Due(long now);

    /// <summary>
    /// Since when a checkpoint is overdue, on the clock of <see cref="Replica.Now"/>; null while none is. It counts as a statement that waits: where the
    /// leader of shard 0 is gone and nothing else is asked of that shard, this is what brings the next one.
    /// </summary>
    /// <param name="elapsed">Milliseconds of the clock that never goes back.</param>
    long? OverdueSince(long elapsed);
}
