using HealthLedger.Protocol;

namespace HealthLedger.Storage.Blocks;

/// <summary>That a block is committed.</summary>
/// <param name="Shard">Its shard.</param>
/// <param name="Height">Its height.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="TreeSize">Leaves of the shard's tree after it.</param>
public readonly record struct CommittedBlock(uint Shard, ulong Height, Hash32 Hash, ulong TreeSize);
