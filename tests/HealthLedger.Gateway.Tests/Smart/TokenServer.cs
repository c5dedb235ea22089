using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Keys;
using HealthLedger.Storage.Snapshots.Writing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Gateway.Tests.Smart;

/// <summary>A token endpoint with one registered client, and the means to sign for it.</summary>
internal sealed class TokenServer : ISmartClients, IAsyncDisposable
{
    public const string ClientId = "lab-system", Endpoint = "https://gateway.example/token";

    // Made once: generating an RSA key takes longer than all the tests.
    private static readonly Lazy<(ECDsa, RSA)> Keys = new(() => (ECDsa.Create(ECCurve.NamedCurves.nistP384), RSA.Create(2048)));

    private readonly WebApplication _app;
    private readonly SmartClient _client;

    private TokenServer(WebApplication app, SmartClient client, AccessTokens tokens, ManualClock clock, ECDsa ec, RSA rsa) =>
        (_app, _client, Tokens, Clock, Ec, Rsa) = (app, client, tokens, clock, ec, rsa);

    public AccessTokens Tokens { get; }
    public ManualClock Clock { get; }
    public ECDsa Ec { get; }
    public RSA Rsa { get; }

    public SmartClient? Find(string clientId) => clientId == ClientId ? _client : null;

    public static async Task<TokenServer> StartAsync(SharedSets? shared = null)
    {
        (ECDsa ec, RSA rsa) = Keys.Value;
        ECParameters point = ec.ExportParameters(false);
        RSAParameters modulus = rsa.ExportParameters(false);
        byte[] jwks = JsonSerializer.SerializeToUtf8Bytes(new
        {
            keys = new object[]
            {
                new { kty = "EC", crv = "P-384", alg = "ES384", kid = "ec", x = Text(point.Q.X!), y = Text(point.Q.Y!) },
                new { kty = "RSA", alg = "RS384", kid = "rsa", n = Text(modulus.Modulus!), e = Text(modulus.Exponent!) },
            },
        });
        SmartClient client = new(ClientId, "did:healthledger:test:lab", JsonWebKeySet.Parse(jwks, out _)!, ScopeSet.Parse("system/Observation.rs system/Patient.cruds")!);
        ManualClock clock = new();
        AccessTokens tokens = new(SigningKey.Generate(RandomNumberGenerator.Create()), "https://gateway.example", clock);
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        WebApplication app = builder.Build();
        TokenServer server = new(app, client, tokens, clock, ec, rsa);
        new TokenEndpoint(new ClientAssertion(server, new ReplayCache(clock, shared, capacity: 8), clock), tokens, new Uri("https://gateway.example")).Map(app);
        await app.StartAsync();
        return server;
    }

    public HttpClient Http() => _app.GetTestClient();

    /// <summary>The claims of a good assertion; a test changes one of them.</summary>
    public Dictionary<string, object> Claims(string id = "id-1") => new()
    {
        ["iss"] = ClientId,
        ["sub"] = ClientId,
        ["aud"] = Endpoint,
        ["exp"] = Clock.GetUtcNow().AddMinutes(4).ToUnixTimeSeconds(),
        ["jti"] = id,
    };

    public string Sign(Dictionary<string, object> claims, string algorithm = "ES384", string kid = "ec", Dictionary<string, object>? more = null)
    {
        Dictionary<string, object> header = new(more ?? []) { ["alg"] = algorithm, ["kid"] = kid, ["typ"] = "JWT" };
        string signed = $"{Text(JsonSerializer.SerializeToUtf8Bytes(header))}.{Text(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        byte[] bytes = Encoding.ASCII.GetBytes(signed);
        byte[] signature = algorithm == "RS384" ? Rsa.SignData(bytes, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1) : Ec.SignData(bytes, HashAlgorithmName.SHA384);
        return $"{signed}.{Text(signature)}";
    }

    public async Task<(int Status, JsonElement Body)> AskAsync(string assertion, string scope = "system/Observation.rs", params (string Name, string Value)[] change)
    {
        Dictionary<string, string> form = new()
        {
            ["grant_type"] = "client_credentials",
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ["client_assertion"] = assertion,
            ["scope"] = scope,
        };
        foreach ((string name, string value) in change) form[name] = value;
        using HttpResponseMessage answer = await Http().PostAsync("/token", new FormUrlEncodedContent(form));
        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public static string Text(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    internal sealed class ManualClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by) => _now += by;
    }
}
