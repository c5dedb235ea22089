namespace HealthLedger.Gateway.Hosting;

/// <summary>How the doors listen and what they take at most. The defaults are safe: loopback only.</summary>
public sealed record GatewayOptions
{
    /// <summary>Where the doors listen. Without TLS these speak HTTP/1.1; behind TLS HTTP/2 as well.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:8080"];

    /// <summary>The address under which clients know this gateway, in links and as the audience of assertions; null takes the first of the addresses.</summary>
    public Uri? PublicBase { get; init; }

    /// <summary>The most bytes of a body at the FHIR door; the ledger door has limits of its own.</summary>
    public int FhirBodyBytesMax { get; init; } = 16 << 20;

    /// <summary>The fewest bytes a second that a body may come at, once <see cref="BodyGrace"/> is over.</summary>
    public double BodyBytesPerSecondMin { get; init; } = 240;

    /// <summary>How long a body may be slow; more than a second.</summary>
    public TimeSpan BodyGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a request's head may take.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many connections are open at once.</summary>
    public long ConnectionsMax { get; init; } = 10_000;

    /// <summary>Requests that take longer say in the log where the time went, and in which blocks their entries are.</summary>
    public TimeSpan SlowAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The software's version, as the CapabilityStatement tells it.</summary>
    public string Version { get; init; } = "0.1.0";
}
