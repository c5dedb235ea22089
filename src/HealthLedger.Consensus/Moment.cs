namespace HealthLedger.Consensus;

/// <summary>The time of a step, passed in by the shell.</summary>
/// <param name="Elapsed">Milliseconds of a clock that never goes back (timers).</param>
/// <param name="Wall">Milliseconds since 1970 by this member's wall clock (block times).</param>
public readonly record struct Moment(long Elapsed, long Wall);
