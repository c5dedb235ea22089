namespace HealthLedger.Actors.Nodes;

/// <summary>How one shard is doing at this member.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Height">The newest committed block.</param>
/// <param name="Time">That block's time, in milliseconds since 1970.</param>
/// <param name="Epoch">The counter of the epoch.</param>
/// <param name="Leader">The member that leads it.</param>
/// <param name="Mode">Voting, recovering, or following: what the replica does with proposals.</param>
/// <param name="Waiting">Statements that wait for a block.</param>
public sealed record ShardHealth(int Shard, long Height, long Time, long Epoch, int Leader, string Mode, int Waiting);
