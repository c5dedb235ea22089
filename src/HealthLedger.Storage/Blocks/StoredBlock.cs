using HealthLedger.Protocol;

namespace HealthLedger.Storage.Blocks;

/// <summary>A block as it was stored.</summary>
/// <param name="Shard">Its shard.</param>
/// <param name="Height">Its height.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Bytes">The caller's bytes.</param>
public sealed record StoredBlock(uint Shard, ulong Height, Hash32 Hash, ReadOnlyMemory<byte> Bytes);
