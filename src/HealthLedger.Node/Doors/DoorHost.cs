using System.Net;
using System.Net.Sockets;
using HealthLedger.Actors.Nodes;
using HealthLedger.Gateway.Hosting;
using HealthLedger.Gateway.Smart;
using HealthLedger.Node.Settings;
using HealthLedger.Node.Telemetry;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;
using HealthLedger.Storage.Snapshots;

namespace HealthLedger.Node.Doors;

/// <summary>The web server of a process, whatever its role: the doors in front of a node, the portal, the telemetry.</summary>
internal sealed class DoorHost : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app;
    private readonly NodeTelemetry _telemetry;
    private readonly GatewayOptions _options;
    private readonly DatabaseOptions _databaseOptions;
    private NodeDatabases? _databases;

    private DoorHost(WebApplication app, NodeTelemetry telemetry, GatewayOptions options, DatabaseOptions database, Uri address) =>
        (_app, _telemetry, _options, _databaseOptions, Address) = (app, telemetry, options, database, address);

    /// <summary>Where the doors are, or will be.</summary>
    public Uri Address { get; }

    /// <summary>What takes longer says in the log where the time went.</summary>
    public TimeSpan SlowAfter => _options.SlowAfter;

    /// <summary>The process's log.</summary>
    public ILoggerFactory Logs => _app.Services.GetRequiredService<ILoggerFactory>();

    /// <summary>Prepares the server; nothing listens yet.</summary>
    /// <param name="role">What the process is, as telemetry tells it.</param>
    /// <param name="url">Where the doors will listen; port 0 takes a free one.</param>
    /// <param name="publicUrl">Where clients reach them, if elsewhere.</param>
    /// <param name="logging">Where logs go.</param>
    public static Result<DoorHost> Prepare(string role, Uri url, Uri? publicUrl, Action<ILoggingBuilder> logging)
    {
        Uri address = url.Port == 0 ? new UriBuilder(url) { Port = FreePort() }.Uri : url;
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            ApplicationName = typeof(DoorHost).Assembly.GetName().Name,
        });
        if (!TelemetryOptions.Read(builder.Configuration).TryGet(out TelemetryOptions? telemetryOptions, out Fault fault)) return fault;
        if (!DatabaseSettings.Read(builder.Configuration).TryGet(out DatabaseOptions? database, out fault)) return fault;
        builder.Logging.ClearProviders();
        logging(builder.Logging);
        NodeTelemetry.AddLog(builder.Logging, telemetryOptions, role, address.Authority);
        builder.WebHost.UseStaticWebAssets();
        GatewayOptions gateway = new() { Urls = [address.AbsoluteUri.TrimEnd('/')], PublicBase = publicUrl, SlowAfter = telemetryOptions.SlowAfter };
        builder.ConfigureGateway(gateway);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit);
        NodeTelemetry telemetry = NodeTelemetry.Start(telemetryOptions, role, address.Authority);
        builder.Services.AddSingleton(telemetry.Metrics);
        return new DoorHost(builder.Build(), telemetry, gateway, database, address);
    }

    /// <summary>Opens the process's database, which ends with the doors.</summary>
    /// <param name="folder">The node's folder.</param>
    /// <param name="clock">The clock.</param>
    public async Task<Result<NodeDatabases>> OpenDatabaseAsync(string folder, TimeProvider clock)
    {
        Result<NodeDatabases> opened = await NodeDatabases.OpenAsync(_databaseOptions, folder, clock, Logs);
        if (opened.IsOk) _databases = opened.Value;
        return opened;
    }

    /// <summary>Opens the doors; a fault where the address is taken, or a client file unfit.</summary>
    /// <param name="node">What is behind them.</param>
    /// <param name="status">What an operator sees.</param>
    /// <param name="organizations">For whom they act.</param>
    /// <param name="clientsFolder">The folder that has the client files below it.</param>
    /// <param name="moreClients">Systems to register beside those.</param>
    /// <param name="tokenKey">Signs bearer tokens.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Fault?> OpenAsync(INode node, Func<NodeStatus> status, IReadOnlyList<Seated> organizations, string clientsFolder, IEnumerable<SmartClient> moreClients, ISigner tokenKey, CancellationToken cancel)
    {
        try
        {
            Result<WebApplication> mapped = await _app.MapGatewayAsync(new GatewayParts
            {
                Node = node,
                Status = status,
                Organizations = [.. organizations.Select(organization => organization.Wallet)],
                Clients = new ClientFolder(clientsFolder, organizations, moreClients, TimeProvider.System, Logs.CreateLogger<ClientFolder>()),
                TokenKey = tokenKey,
                Replays = _databases?.Replays,
            }, _options, cancel);
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

    /// <summary>Waits until the process is asked to stop, and until the requests under way have been answered.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancel) => _app.WaitForShutdownAsync(cancel);

    /// <summary>Closes the doors; requests under way may end.</summary>
    public Task CloseAsync() => _app.StopAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        if (_databases is not null) await _databases.DisposeAsync();
        _telemetry.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
