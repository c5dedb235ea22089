using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Replica;

/// <summary>What q promises ask the first proposal of an epoch to build on (rule 3). The same promises give everyone the same choice.</summary>
/// <param name="Block">The base.</param>
/// <param name="Highest">The certificate that named it, null for the genesis.</param>
/// <param name="Committed">The newest commit certificate among the promises.</param>
/// <param name="VoteAgain">No commit certificate of the base is among them: it is voted on again in the new epoch.</param>
internal readonly record struct BaseChoice(BlockRef Block, Certificate? Highest, Certificate? Committed, bool VoteAgain)
{
    /// <summary>The block of the highest lock or commit certificate by (configuration, counter, height).</summary>
    public static BaseChoice Of(Promise[] promises, BlockRef genesis)
    {
        Certificate? highest = null, committed = null;
        foreach (Promise promise in promises)
        {
            if (Certificate.Compare(promise.Lock, highest) > 0) highest = promise.Lock;
            if (Certificate.Compare(promise.Committed, highest) > 0) highest = promise.Committed;
            if (Certificate.Compare(promise.Committed, committed) > 0) committed = promise.Committed;
        }
        return With(highest, committed, promises, genesis);
    }

    /// <summary>The choice once the highest certificate is known.</summary>
    public static BaseChoice With(Certificate? highest, Certificate? committed, Promise[] promises, BlockRef genesis)
    {
        if (highest is null) return new BaseChoice(genesis, null, committed, VoteAgain: false);
        bool isCommitted = false;
        foreach (Promise promise in promises)
        {
            isCommitted |= promise.Committed is { } certificate && certificate.Block == highest.Block;
        }
        return new BaseChoice(new BlockRef(highest.Height, highest.Block), highest, committed, !isCommitted);
    }
}
