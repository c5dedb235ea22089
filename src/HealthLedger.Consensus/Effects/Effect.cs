namespace HealthLedger.Consensus.Effects;

/// <summary>
/// Something the shell must do, in the order of the list. Whatever leaves the machine (<see cref="Send"/>, <see cref="Broadcast"/>,
/// <see cref="CastVote"/>, <see cref="Cosign"/>, <see cref="Commit"/> as an answer to clients) leaves only when every
/// <see cref="Persist"/> before it, in this list and in earlier ones, is durable.
/// </summary>
public abstract record Effect;
