using HealthLedger.Protocol;

namespace HealthLedger.Validator.Links.Http;

/// <summary>How the link to one member fares, as of now. Nothing in it is of a record or a patient.</summary>
/// <param name="Member">The member's id.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Endpoint">Where it is reached.</param>
/// <param name="IsUp">True while this node's stream to it is open and answered.</param>
/// <param name="IsHeard">True while the member's own stream to this node is open.</param>
/// <param name="Version">The version of the link protocol; 0 while down.</param>
/// <param name="Build">The member's software, as it said last; empty before.</param>
/// <param name="RoundTripMilliseconds">The newest measurement; null while down.</param>
/// <param name="QueueMessages">Messages that wait for it.</param>
/// <param name="QueueBytes">Bytes that wait for it.</param>
/// <param name="SentMessages">Messages sent since the start.</param>
/// <param name="SentBytes">Their bytes.</param>
/// <param name="ReceivedMessages">Messages received since the start.</param>
/// <param name="ReceivedBytes">Their bytes.</param>
/// <param name="Dropped">Messages that were dropped because they waited too long or too many did.</param>
/// <param name="Connects">Streams begun since the start.</param>
/// <param name="LastFault">Why the link is, or was last, down: a code or a word of the platform; null for never.</param>
public sealed record LinkHealth(
    Hash32 Member, string Name, string Endpoint, bool IsUp, bool IsHeard, int Version, string Build, double? RoundTripMilliseconds, int QueueMessages, long QueueBytes,
    long SentMessages, long SentBytes, long ReceivedMessages, long ReceivedBytes, long Dropped, long Connects, string? LastFault);
