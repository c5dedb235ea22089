using HealthLedger.Protocol;

namespace HealthLedger.Rules.Execution;

/// <summary>One leaf of a shard's tree.</summary>
/// <param name="Bytes">The statement, entry or checkpoint leaf.</param>
/// <param name="Hash">Its RFC 9162 leaf hash.</param>
public readonly record struct TreeLeaf(ReadOnlyMemory<byte> Bytes, Hash32 Hash);
