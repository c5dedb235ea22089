using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HealthLedger.Client.Tests.World;
using HealthLedger.Gateway.Hosting;
using HealthLedger.Gateway.Metrics;
using HealthLedger.Gateway.Smart;
using HealthLedger.Gateway.Tests.Smart;
using HealthLedger.Protocol.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace HealthLedger.Gateway.Tests.World;

/// <summary>A gateway on a loopback port, over a ledger in memory, acting for a hospital and a clinic; systems of both are registered.</summary>
public sealed class GatewayWorld : IAsyncLifetime
{
    private static readonly Lazy<ECDsa> Key = new(() => ECDsa.Create(ECCurve.NamedCurves.nistP384));

    /// <summary>The name of the meter that is collected.</summary>
    public const string Meter = "HealthLedger.Tests";

    private WebApplication _app = null!;
    private MeterProvider _meters = null!;
    private int _assertions;

    internal TestWorld Ledger { get; } = new();

    internal MemoryNode Node { get; private set; } = null!;

    internal CapturedLog Log { get; } = new();

    public Uri Base { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Node = new MemoryNode(Ledger.Ledger);
        GatewayOptions options = new() { Urls = ["http://127.0.0.1:0"], PublicBase = new Uri("https://gateway.example"), FhirBodyBytesMax = 8 << 20, BodyGrace = TimeSpan.FromMilliseconds(1_100) };
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder().ConfigureGateway(options);
        builder.Logging.ClearProviders().AddProvider(Log);
        MetricsDoor metrics = new();
        builder.Services.AddSingleton(metrics);
        _meters = Sdk.CreateMeterProviderBuilder().AddMeter(Meter).AddReader(metrics.Reader).Build();
        _app = builder.Build();
        (await _app.MapGatewayAsync(new GatewayParts
        {
            Node = Node,
            Organizations = [Ledger.Hospital.Wallet, Ledger.Clinic.Wallet],
            Clients = new RegisteredClients(Clients()),
            TokenKey = SigningKey.Generate(RandomNumberGenerator.Create()),
            Clock = Ledger.Clock,
        }, options)).Fault.Should().Be(default(HealthLedger.Protocol.Errors.Fault));
        await _app.StartAsync();
        Base = _app.Address();
        Http = new HttpClient { BaseAddress = Base };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _meters.Dispose();
    }

    /// <summary>A client with a token.</summary>
    internal async Task<FhirClient> ClientAsync(string id = "hospital", string scope = "system/*.cruds", string? practitioner = null, string? purpose = null)
    {
        string token = await TokenAsync(id, scope);
        HttpClient http = new() { BaseAddress = Base };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (practitioner is not null) http.DefaultRequestHeaders.Add("X-Practitioner", practitioner);
        if (purpose is not null) http.DefaultRequestHeaders.Add("X-Purpose-Of-Use", purpose);
        return new FhirClient(http);
    }

    /// <summary>A token from the token endpoint.</summary>
    public async Task<string> TokenAsync(string id, string scope)
    {
        Dictionary<string, object> claims = new()
        {
            ["iss"] = id,
            ["sub"] = id,
            ["aud"] = "https://gateway.example/token",
            ["exp"] = Ledger.Clock.GetUtcNow().AddMinutes(4).ToUnixTimeSeconds(),
            ["jti"] = $"{id}-{Interlocked.Increment(ref _assertions)}",
        };
        string signed = $"{Text(JsonSerializer.SerializeToUtf8Bytes(new { alg = "ES384", kid = "ec", typ = "JWT" }))}.{Text(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        string assertion = $"{signed}.{Text(Key.Value.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA384))}";
        using HttpResponseMessage answer = await Http.PostAsync("/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ["client_assertion"] = assertion,
            ["scope"] = scope,
        }));
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("access_token").GetString()!;
    }

    private IEnumerable<SmartClient> Clients()
    {
        ECParameters point = Key.Value.ExportParameters(false);
        byte[] jwks = JsonSerializer.SerializeToUtf8Bytes(new { keys = new object[] { new { kty = "EC", crv = "P-384", alg = "ES384", kid = "ec", x = Text(point.Q.X!), y = Text(point.Q.Y!) } } });
        JsonWebKeySet keys = JsonWebKeySet.Parse(jwks, out _)!;
        ScopeSet all = ScopeSet.Parse("system/*.cruds")!;
        yield return new SmartClient("hospital", Ledger.Hospital.Did.ToString(), keys, all);
        yield return new SmartClient("clinic", Ledger.Clinic.Did.ToString(), keys, all);
        yield return new SmartClient("insurer", Ledger.Insurer.Did.ToString(), keys, all);
    }

    private static string Text(byte[] bytes) => TokenServer.Text(bytes);
}
