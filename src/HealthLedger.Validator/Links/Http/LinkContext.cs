using HealthLedger.Protocol;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Validator.Links.Http;

/// <summary>What all links of one member share.</summary>
internal sealed class LinkContext
{
    private LinkPeers _peers = null!;
    private IMemberEndpoint? _endpoint;

    /// <summary>This member's id.</summary>
    public required Hash32 Self { get; init; }

    /// <summary>Bounds and times.</summary>
    public required HttpLinkOptions Options { get; init; }

    /// <summary>What this member says first.</summary>
    public required LinkHello Hello { get; init; }

    /// <summary>The own certificate.</summary>
    public required System.Security.Cryptography.X509Certificates.X509Certificate2 Certificate { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The log.</summary>
    public required LinkLog Log { get; init; }

    /// <summary>Who the others are now.</summary>
    public LinkPeers Peers
    {
        get => Volatile.Read(ref _peers);
        set => Volatile.Write(ref _peers, value);
    }

    /// <summary>Who takes messages; null while the member's replica is down.</summary>
    public IMemberEndpoint? Endpoint
    {
        get => Volatile.Read(ref _endpoint);
        set => Volatile.Write(ref _endpoint, value);
    }
}
