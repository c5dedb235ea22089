namespace HealthLedger.Protocol.Votes;

/// <summary>Where a member stands, for catching up (rule 8) and for a member that starts again (rule 9).</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Promised">The epoch it has promised or entered; a counter below the first one stands for none and is sent as absent.</param>
/// <param name="Nonce">The asker's, so that an old answer proves nothing.</param>
/// <param name="Member">Who answers.</param>
/// <param name="CommittedHeight">The height it has executed and committed.</param>
/// <param name="Committed">The newest commit certificate it knows.</param>
/// <param name="ShownPromise">The asker's own highest Promise that this member holds, if higher than its highest vote.</param>
/// <param name="ShownVote">The asker's own highest vote that this member holds. Evidence, not a claim: a liar cannot silence anyone.</param>
/// <param name="Signature">Empty until signed.</param>
public sealed record Status(
    int Shard, Epoch Promised, Id16 Nonce, int Member, long CommittedHeight, Certificate? Committed,
    Promise? ShownPromise, SignedVote? ShownVote, byte[] Signature);
