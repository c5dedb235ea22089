using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Messages;

/// <summary>A Promise: to the leader that asked; the node's replica is shown it too (it may be evidence for rule 9).</summary>
public sealed record PromiseAnswer(Promise Promise) : Message;

/// <summary>A signed vote: to the leader; the node's replica is shown it too (it may be evidence for rule 9).</summary>
public sealed record VoteAnswer(SignedVote Vote) : Message;

/// <summary>A refusal, to the leader.</summary>
public sealed record NackAnswer(Nack Nack) : Message;

/// <summary>The answer to a <see cref="StatusCall"/>.</summary>
public sealed record StatusAnswer(Status Status) : Message;

/// <summary>A cosignature of a checkpoint's head; the core only says when one is due (<c>Effects.Cosign</c>), the note is the shell's.</summary>
/// <param name="Height">Height of the block in shard 0.</param>
/// <param name="TreeSize">Size of the tree that is cosigned.</param>
public sealed record CosignAnswer(long Height, long TreeSize) : Message;
