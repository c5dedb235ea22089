using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Effects;

/// <summary>
/// Sign what is in it (promise, nack, status, complaint) and send it to one member: <paramref name="To"/> is an index in the message's
/// configuration. To the own index it is delivered locally.
/// </summary>
public sealed record Send(int To, Message Message) : Effect;

/// <summary>Sign what is in it and send it to every member of the message's configuration, the own machine included where it is one.</summary>
public sealed record Broadcast(Message Message) : Effect;

/// <summary>
/// Put the vote into the flush's tree of the key that its configuration names, sign the root, and answer the leader, whose index there is
/// <paramref name="To"/>, with a <see cref="VoteAnswer"/>.
/// </summary>
public sealed record CastVote(int To, Vote Vote) : Effect;

/// <summary>Cosign the head of shard 0 after this committed block and publish it; the size is already in the vote log.</summary>
public sealed record Cosign(long Height, long TreeSize) : Effect;
