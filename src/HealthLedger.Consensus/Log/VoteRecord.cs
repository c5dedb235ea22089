using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Log;

/// <summary>One record of the vote log. Replayed in order by <see cref="VoteLog.Apply"/>, records give back the state they were written from.</summary>
public abstract record VoteRecord;

/// <summary>A Promise was given (rule 2): the epoch is entered, nothing is accepted in it yet. The promise is unsigned here.</summary>
public sealed record Promised(Promise Promise) : VoteRecord;

/// <summary>An epoch was entered by q promises, or by a commit certificate (then its leader's id is not known); or its leader's id became known.</summary>
public sealed record Entered(Epoch Epoch, Id16 LeaderId) : VoteRecord;

/// <summary>The base of the current epoch (rule 3).</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Block">The base.</param>
/// <param name="VoteAgain">It is not known to be committed: the first proposal is the base itself.</param>
public sealed record BaseChosen(Epoch Epoch, BlockRef Block, bool VoteAgain) : VoteRecord;

/// <summary>A block was accepted and is voted for (rule 4); stored with the block's bytes.</summary>
public sealed record Prepared(Epoch Epoch, BlockInfo Block) : VoteRecord;

/// <summary>Compaction only: the highest height voted for in the current epoch, whose blocks need not be kept any more.</summary>
public sealed record VotedUpTo(Epoch Epoch, long Height) : VoteRecord;

/// <summary>The lock (rule 5): the highest prepare certificate acted on.</summary>
public sealed record Locked(Certificate Certificate) : VoteRecord;

/// <summary>The newest commit certificate; its block may still be on its way.</summary>
public sealed record CommitKnown(Certificate Certificate) : VoteRecord;

/// <summary>The size of the last head that was cosigned.</summary>
public sealed record Cosigned(long TreeSize) : VoteRecord;
