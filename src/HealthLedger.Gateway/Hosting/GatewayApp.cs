using System.Security.Cryptography;
using HealthLedger.Client;
using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Fhir;
using HealthLedger.Gateway.Fhir.Organizations;
using HealthLedger.Gateway.Health;
using HealthLedger.Gateway.Ledger;
using HealthLedger.Gateway.Metrics;
using HealthLedger.Gateway.Nodes;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Gateway.Hosting;

/// <summary>
/// Builds the web server with every door. <see cref="ConfigureGateway"/> sets the server up, <see cref="MapGatewayAsync"/> opens the doors; in between
/// and afterwards a host may add what is its own, such as the portal's files.
/// </summary>
public static class GatewayApp
{
    private const int LedgerBodyBytesMax = ExchangeLimits.EnvelopeBytesMax;

    /// <summary>Sets Kestrel's limits, and turns off what tells of the server.</summary>
    public static WebApplicationBuilder ConfigureGateway(this WebApplicationBuilder builder, GatewayOptions options)
    {
        builder.WebHost.UseUrls([.. options.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Math.Max(options.FhirBodyBytesMax, LedgerBodyBytesMax) + 1L;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(options.BodyBytesPerSecondMin, options.BodyGrace);
            kestrel.Limits.RequestHeadersTimeout = options.HeadTimeout;
            kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax;
            kestrel.Limits.MaxRequestHeaderCount = 64;
            kestrel.Limits.MaxRequestLineSize = 16 << 10;
        });
        builder.Services.Configure<FormOptions>(form => (form.ValueCountLimit, form.ValueLengthLimit, form.KeyLengthLimit, form.BufferBodyLengthLimit) = (128, 64 << 10, 256, 1 << 20));
        // The framework's own request log has paths in it, and paths have ids.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        return builder;
    }

    /// <summary>Opens the doors: /fhir, /token, /ledger, /health and /metrics. A fault where the node's genesis does not verify.</summary>
    public static async Task<Result<WebApplication>> MapGatewayAsync(this WebApplication app, GatewayParts parts, GatewayOptions options, CancellationToken cancel = default)
    {
        TimeProvider clock = parts.Clock ?? TimeProvider.System;
        Result<LedgerClient> connected = await LedgerClient.ConnectAsync(new NodeConnection(parts.Node), options: parts.Client, clock: clock, cancel: cancel);
        if (!connected.TryGet(out LedgerClient? client, out Fault fault)) return fault;
        Uri publicBase = options.PublicBase ?? new Uri(options.Urls[0]);
        string issuer = publicBase.AbsoluteUri.TrimEnd('/');
        AccessTokens tokens = new(parts.TokenKey, issuer, clock);
        FhirDoor fhir = new(new OrganizationSeats(client, parts.Organizations), new FhirDoorOptions
        {
            PublicBase = publicBase,
            Tokens = tokens,
            PageKey = parts.PageKey ?? RandomNumberGenerator.GetBytes(32),
            Version = options.Version,
            Clock = clock,
            Limits = new FhirLimits { MaxBytes = options.FhirBodyBytesMax },
        });
        RequestFrame frame = new(fhir, app.Services.GetRequiredService<ILogger<RequestFrame>>(), clock, options.SlowAfter);
        app.Use((http, next) => frame.InvokeAsync(http, next));
        app.UseRouting();
        fhir.Map(app);
        new TokenEndpoint(new ClientAssertion(parts.Clients, parts.Replays ?? new ReplayCache(clock), clock), tokens, publicBase).Map(app);
        new LedgerDoor(parts.Node).Map(app);
        if (parts.Status is { } status) new StatusDoor(status).Map(app);
        new HealthDoor(parts.Node).Map(app);
        app.Services.GetService<MetricsDoor>()?.Map(app);
        return app;
    }

    /// <summary>The first address at which a started server listens; for port 0 the one that the system chose.</summary>
    public static Uri Address(this WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
}
