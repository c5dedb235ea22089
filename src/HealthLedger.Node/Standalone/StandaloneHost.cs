using System.Net;
using System.Net.Sockets;
using HealthLedger.Actors.Network;
using HealthLedger.Client.Keys;
using HealthLedger.Gateway.Hosting;
using HealthLedger.Gateway.Smart;
using HealthLedger.Node.Telemetry;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Standalone;

/// <summary>A whole network in one process with its doors and the portal, on one address.</summary>
internal sealed class StandaloneHost : IAsyncDisposable
{
    private const string Role = "standalone";

    private readonly WebApplication _app;
    private readonly NodeTelemetry _telemetry;

    private StandaloneHost(StandaloneNodes nodes, WebApplication app, NodeTelemetry telemetry, IReadOnlyList<OrganizationWallet> wallets, Uri address) =>
        (Nodes, _app, _telemetry, Wallets, Address) = (nodes, app, telemetry, wallets, address);

    /// <summary>The members' nodes.</summary>
    public StandaloneNodes Nodes { get; }

    /// <summary>The wallets of all organizations of the network, the members' first.</summary>
    public IReadOnlyList<OrganizationWallet> Wallets { get; }

    /// <summary>Where the doors are.</summary>
    public Uri Address { get; }

    /// <summary>Starts network and doors; a fault says what stands in the way.</summary>
    /// <param name="options">How.</param>
    /// <param name="networkName">The network's name, where it is founded now.</param>
    /// <param name="moreClients">Systems to register beside those in the folder, given the organizations.</param>
    /// <param name="logging">Where logs go.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Result<StandaloneHost>> StartAsync(NodeOptions options, string networkName,
        Func<IReadOnlyList<OrganizationKeys>, IEnumerable<SmartClient>> moreClients, Action<ILoggingBuilder> logging, CancellationToken cancel)
    {
        Uri address = options.Url.Port == 0 ? new UriBuilder(options.Url) { Port = FreePort() }.Uri : options.Url;
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            ApplicationName = typeof(StandaloneHost).Assembly.GetName().Name,
        });
        if (!TelemetryOptions.Read(builder.Configuration).TryGet(out TelemetryOptions? telemetryOptions, out Fault fault)) return fault;
        builder.Logging.ClearProviders();
        logging(builder.Logging);
        NodeTelemetry.AddLog(builder.Logging, telemetryOptions, Role, address.Authority);
        builder.WebHost.UseStaticWebAssets();
        GatewayOptions gateway = new() { Urls = [address.AbsoluteUri.TrimEnd('/')], SlowAfter = telemetryOptions.SlowAfter };
        builder.ConfigureGateway(gateway);
        NodeTelemetry telemetry = NodeTelemetry.Start(telemetryOptions, Role, address.Authority);
        builder.Services.AddSingleton(telemetry.Metrics);
        WebApplication app = builder.Build();
        Result<StandaloneNodes> started = await StandaloneNodes.StartAsync(options with { SlowAfter = telemetryOptions.SlowAfter }, networkName, TimeProvider.System, app.Services.GetRequiredService<ILoggerFactory>());
        if (!started.TryGet(out StandaloneNodes? nodes, out fault))
        {
            telemetry.Dispose();
            return fault;
        }
        IReadOnlyList<OrganizationKeys> organizations = nodes.Network.Organizations;
        OrganizationWallet[] wallets = [.. organizations.Select(keys => new OrganizationWallet(keys.Did.Network, keys.Identity.Public, keys.Signing, keys.Sealing, keys.IndexKey))];
        StandaloneHost host = new(nodes, app, telemetry, wallets, address);
        if (await host.OpenDoorsAsync(options, gateway, moreClients(organizations), cancel) is not { } refused) return host;
        await host.DisposeAsync();
        return refused;
    }

    /// <summary>Waits until the process is asked to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancel) => _app.WaitForShutdownAsync(cancel);

    /// <summary>Closes the doors, then stops the network.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Nodes.DisposeAsync();
        _telemetry.Dispose();
    }

    private async Task<Fault?> OpenDoorsAsync(NodeOptions options, GatewayOptions gateway, IEnumerable<SmartClient> clients, CancellationToken cancel)
    {
        try
        {
            Result<WebApplication> mapped = await _app.MapGatewayAsync(new GatewayParts
            {
                Node = new LocalNode(Nodes, 0),
                Organizations = Wallets,
                Clients = new RegisteredClients([.. ClientFiles.Read(options.Data, Nodes.Network.Organizations), .. clients]),
                TokenKey = Nodes.Network.Organizations[0].Signing,
            }, gateway, cancel);
            if (!mapped.IsOk) return mapped.Fault;
            _app.MapStaticAssets();
            _app.MapGet("/", () => Results.Redirect("/portal/index.html"));
            await _app.StartAsync(cancel);
            return null;
        }
        catch (IOException exception)
        {
            return new Fault(FaultCode.AddressTaken, $"{exception.Message} Choose another address with --url.");
        }
        catch (InvalidDataException exception)
        {
            return new Fault(FaultCode.ClientFileUnfit, exception.Message);
        }
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
