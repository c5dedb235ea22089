using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Views;

/// <summary>A grant as of one height.</summary>
/// <param name="Grant">Its id.</param>
/// <param name="Terms">What was said.</param>
/// <param name="Leaf">The leaf index of its entry.</param>
/// <param name="Time">The block time at which it was made.</param>
/// <param name="End">How it ended; null while no entry says so, though its time or uses may be over.</param>
/// <param name="UsesLeft">Uses left of a running grant that counts them; null otherwise.</param>
public sealed record GrantView(Id16 Grant, GrantBody Terms, long Leaf, long Time, GrantEndRow? End, uint? UsesLeft)
{
    /// <summary>True when it has begun, and neither time, uses nor an entry has ended it.</summary>
    public bool RunsAt(long time) => End is null && time >= Terms.From && time < Terms.Until && UsesLeft is not 0;
}
