using HealthLedger.Consensus.Effects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Validator.Sharding;

/// <summary>Where a shard of this replica stands in the replication. Immutable.</summary>
/// <param name="Mode">Whether it votes.</param>
/// <param name="Promised">The epoch promised or entered.</param>
/// <param name="Config">The configuration that votes on the next block.</param>
/// <param name="Leader">The index in it of the member that leads, or is expected to.</param>
/// <param name="LeaderId">That member's id.</param>
/// <param name="MayRetire">This member has no seat any more, and those who have go on without it.</param>
internal sealed record ShardStanding(ReplicaMode Mode, Epoch Promised, int Config, int Leader, Hash32 LeaderId, bool MayRetire);
