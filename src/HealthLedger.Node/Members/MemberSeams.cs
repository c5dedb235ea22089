using HealthLedger.Actors.Network;
using HealthLedger.Validator.Links.Http;

namespace HealthLedger.Node.Members;

/// <summary>
/// Where another host of the same member may put its own parts: the product leaves all as they are. Tests run members so whose messages are lost, who lie, or who
/// are of the next build.
/// </summary>
internal sealed record MemberSeams
{
    /// <summary>The links' options before they are opened.</summary>
    public Func<HttpLinkOptions, HttpLinkOptions> Links { get; init; } = static options => options;

    /// <summary>The member's parts before it is started: links, clock, replica.</summary>
    public Func<MemberParts, MemberParts> Parts { get; init; } = static parts => parts;
}
