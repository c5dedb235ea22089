using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Rules.Release;

/// <summary>A request to release for a permit; what it claims is held against the own replica.</summary>
/// <param name="Subject">Whose records.</param>
/// <param name="Leaf">The leaf index of the access's entry.</param>
/// <param name="Access">The access's body, whose event hash the caller has checked against that entry.</param>
/// <param name="Outcome">The outcome in that entry.</param>
/// <param name="Requester">The identity whose key has signed this request; the caller has verified the signature.</param>
public sealed record ReleaseClaim(Hash32 Subject, long Leaf, AccessBody Access, Outcome Outcome, Hash32 Requester);
