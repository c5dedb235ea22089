using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Actors.Reading;

/// <summary>One event of the ledger with what was decided on it.</summary>
/// <param name="Leaf">The leaf index of its entry.</param>
/// <param name="Height">The block that took it.</param>
/// <param name="Time">That block's time, in milliseconds since 1970.</param>
/// <param name="Statement">The statement it came in.</param>
/// <param name="Event">The event.</param>
/// <param name="Outcome">What the rules decided.</param>
public sealed record CommittedEntry(long Leaf, long Height, long Time, Statement Statement, Event Event, Outcome Outcome);
