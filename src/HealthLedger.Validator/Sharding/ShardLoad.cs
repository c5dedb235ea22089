namespace HealthLedger.Validator.Sharding;

/// <summary>What a shard actor has in hand, as of now.</summary>
/// <param name="Statements">Statements that wait for their commit.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Free">Those of them that are in no block on its way.</param>
/// <param name="Entering">Hand-ins under way: being checked, or waiting.</param>
/// <param name="Forwards">Statements of other members that are being checked.</param>
/// <param name="IsLeading">Whether this member leads the shard, or tries to.</param>
public readonly record struct ShardLoad(int Statements, long Bytes, int Free, int Entering, int Forwards, bool IsLeading);
