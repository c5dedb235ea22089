using System.Net;
using System.Security.Authentication;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HealthLedger.Validator.Links.Http;

/// <summary>Where other members reach this one: its own Kestrel with its own limits, HTTP/2 and TLS 1.3 only, nobody but known members.</summary>
internal sealed class LinkServer : IAsyncDisposable
{
    private const int WindowBytes = 8 << 20, ConnectionsMax = 512;
    private static readonly TimeSpan PingPause = TimeSpan.FromSeconds(1), StopLimit = TimeSpan.FromSeconds(1);
    private readonly WebApplication _app;

    private LinkServer(WebApplication app, LinkDoor door, LinkGate gate) => (_app, Door, Gate) = (app, door, gate);

    /// <summary>What is served.</summary>
    public LinkDoor Door { get; }

    /// <summary>Who is let in.</summary>
    public LinkGate Gate { get; }

    /// <summary>The port it listens on.</summary>
    public int Port => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

    /// <summary>Listens; a fault where the address is taken.</summary>
    public static async Task<Result<LinkServer>> StartAsync(LinkContext context)
    {
        LinkGate gate = new(context.Options, context.Time);
        LinkDoor door = new(context);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // Its own log would name strangers' addresses at every scan of a port; what matters is said by LinkLog.
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, context, gate));
        WebApplication app = builder.Build();
        app.Run(door.HandleAsync);
        LinkServer server = new(app, door, gate);
        try
        {
            await app.StartAsync();
        }
        catch (IOException failure)
        {
            await server.DisposeAsync();
            return new Fault(FaultCode.AddressTaken, failure.Message);
        }
        context.Log.Listening($"https://{context.Options.Listen.Address}:{server.Port}");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Door.CloseAll();
        using CancellationTokenSource limit = new(StopLimit);
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, LinkContext context, LinkGate gate)
    {
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxConcurrentConnections = ConnectionsMax;
        limits.MaxRequestBodySize = LinkProtocol.QuestionBytesMax;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxRequestHeaderCount = 16;
        limits.MaxRequestHeadersTotalSize = 4 << 10;
        limits.MaxRequestLineSize = 1 << 10;
        limits.RequestHeadersTimeout = context.Options.GreetingTimeout;
        limits.Http2.MaxStreamsPerConnection = context.Options.AsksAtOnce + 1;
        limits.Http2.InitialConnectionWindowSize = 2 * WindowBytes;
        limits.Http2.InitialStreamWindowSize = WindowBytes;
        limits.Http2.KeepAlivePingDelay = PingPause;
        limits.Http2.KeepAlivePingTimeout = PingPause;
        kestrel.Listen(context.Options.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => connection => BeforeTlsAsync(next, connection, gate));
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = context.Certificate,
                SslProtocols = SslProtocols.Tls13,
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                CheckCertificateRevocation = false,
                HandshakeTimeout = context.Options.GreetingTimeout,
                ClientCertificateValidation = (certificate, _, _) => context.Peers.OfTransport(LinkCertificate.KeyOf(certificate)?.KeyId) is not null,
                OnAuthenticate = (_, tls) =>
                {
                    tls.AllowTlsResume = false;
                    tls.AllowRenegotiation = false;
                    tls.CertificateChainPolicy = LinkCertificate.NoChain();
                },
            });
            listen.Use(next => connection => AfterTlsAsync(next, connection, context, gate));
        });
    }

    private static async Task BeforeTlsAsync(ConnectionDelegate next, ConnectionContext connection, LinkGate gate)
    {
        if (!gate.TryBegin(connection.RemoteEndPoint))
        {
            connection.Abort();
            return;
        }
        LinkCaller caller = new(gate);
        connection.Features.Set(caller);
        try
        {
            await next(connection);
        }
        finally
        {
            caller.EndHandshake();
            if (caller.Transport is null) gate.Refuse();
        }
    }

    private static async Task AfterTlsAsync(ConnectionDelegate next, ConnectionContext connection, LinkContext context, LinkGate gate)
    {
        LinkCaller caller = connection.Features.Get<LinkCaller>()!;
        caller.EndHandshake();
        caller.Transport = LinkCertificate.KeyOf(connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate)?.KeyId;
        if (context.Peers.OfTransport(caller.Transport) is not { } member || !gate.TryEnter(member))
        {
            connection.Abort();
            return;
        }
        try
        {
            await next(connection);
        }
        finally
        {
            gate.Leave(member);
        }
    }
}
