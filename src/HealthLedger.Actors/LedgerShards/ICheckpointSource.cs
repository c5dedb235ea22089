using HealthLedger.Protocol.Blocks;

namespace HealthLedger.Actors.LedgerShards;

/// <summary>Says when the leader of shard 0 puts a global checkpoint into its next block.</summary>
public interface ICheckpointSource
{
    /// <summary>The heads for a checkpoint that is due; null for none. Every head is committed here.</summary>
    /// <param name="now">Milliseconds since 1970.</param>
    CheckpointItem? Due(long now);
}
