using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Messages;

/// <summary>The leader of an epoch asks for a Promise (rule 2). The first epoch of a configuration needs no evidence.</summary>
/// <param name="Epoch">The epoch it wants to lead.</param>
/// <param name="LeaderId">Random, one per activation and epoch.</param>
/// <param name="Complaints">q signed complaints of the epoch before or above, or empty.</param>
/// <param name="HandOver">Or the word of the leader before.</param>
public sealed record NewEpochCall(Epoch Epoch, Id16 LeaderId, Complaint[] Complaints, HandOver? HandOver) : Message;

/// <summary>The leader proposes a block (rule 3). The shell has hashed header and body and found that they belong together.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="LeaderId">Its leader's id.</param>
/// <param name="Block">The block.</param>
/// <param name="Committed">The newest commit certificate, null at genesis.</param>
/// <param name="Promises">q promises to (epoch, leaderId), in the first proposal that a member gets.</param>
public sealed record ProposeCall(Epoch Epoch, Id16 LeaderId, BlockInfo Block, Certificate? Committed, Promise[]? Promises) : Message;

/// <summary>The leader shows a prepare certificate of its epoch and asks to lock (rule 5).</summary>
public sealed record LockCall(Epoch Epoch, Id16 LeaderId, Certificate Prepared) : Message;

/// <summary>Anyone shows a commit certificate (rule 6).</summary>
public sealed record DecideCall(Certificate Committed) : Message;

/// <summary>A signed complaint, the own one too when the shell has signed it.</summary>
public sealed record ComplainCall(Complaint Complaint) : Message;

/// <summary>
/// A node asks where this one stands; answered with a Status by a member of the same configuration, with the newest commit certificate by others.
/// </summary>
/// <param name="Nonce">Random, by the asker.</param>
public sealed record StatusCall(Id16 Nonce) : Message;

/// <summary>The leader of an epoch gives it to the leader of the next one, whose shell starts a <c>LeaderMachine</c> with it.</summary>
public sealed record HandOverCall(HandOver HandOver) : Message;
