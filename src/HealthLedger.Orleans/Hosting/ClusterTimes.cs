namespace HealthLedger.Orleans.Hosting;

/// <summary>
/// The engine's times, together: a dead silo is noticed by its neighbours and by the callers that wait for it. Either alone leaves calls hanging for the
/// default of half a minute.
/// </summary>
internal static class ClusterTimes
{
    /// <summary>How long a silo waits for a neighbour's sign of life.</summary>
    public static readonly TimeSpan Probe = TimeSpan.FromSeconds(1);

    /// <summary>Signs of life that may be missing in a row.</summary>
    public const int ProbesMissedMax = 2;

    /// <summary>How long a client waits before it asks again, elsewhere.</summary>
    public static readonly TimeSpan ClientAnswer = TimeSpan.FromSeconds(1);

    /// <summary>How long a silo waits for a grain: as long as a submission may take.</summary>
    public static readonly TimeSpan SiloAnswer = TimeSpan.FromSeconds(30);

    /// <summary>How often a client asks which gateways there are.</summary>
    public static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(5);

    /// <summary>How long grains may take to end when their silo does.</summary>
    public static readonly TimeSpan Deactivation = TimeSpan.FromSeconds(10);
}
