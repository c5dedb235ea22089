namespace HealthLedger.Storage.Votes;

/// <summary>One thing a replica must never forget.</summary>
/// <param name="Shard">The shard it belongs to.</param>
/// <param name="Kind">The caller's kind: promise, base, vote, lock, cosigned head, ...; below 0xF0.</param>
/// <param name="Slot">What tells records of one kind apart (a height, an epoch); 0 where a newer value replaces the older.</param>
/// <param name="Sequence">Ascending over the log's life.</param>
/// <param name="Bytes">The caller's bytes.</param>
public readonly record struct VoteRecord(uint Shard, byte Kind, ulong Slot, ulong Sequence, ReadOnlyMemory<byte> Bytes);
