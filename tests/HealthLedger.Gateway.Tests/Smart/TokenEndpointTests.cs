using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Keys;
using HealthLedger.TestMaterial;

namespace HealthLedger.Gateway.Tests.Smart;

public sealed class TokenEndpointTests : IAsyncLifetime
{
    private TokenServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TokenServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("ES384", "ec")]
    [InlineData("RS384", "rsa")]
    public async Task A_registered_client_gets_a_token_for_five_minutes(string algorithm, string kid)
    {
        (int status, JsonElement body) = await _server.AskAsync(_server.Sign(_server.Claims(), algorithm, kid));
        status.Should().Be(200);
        body.GetProperty("token_type").GetString().Should().Be("bearer");
        body.GetProperty("expires_in").GetInt32().Should().BeLessThanOrEqualTo(300);
        body.GetProperty("scope").GetString().Should().Be("system/Observation.rs");
        AccessToken token = _server.Tokens.Check(body.GetProperty("access_token").GetString()!)!;
        token.Organization.Should().Be("did:healthledger:test:lab");
        token.Scopes.Allows("Observation", ScopeAccess.Read | ScopeAccess.Search).Should().BeTrue();
        token.Scopes.Allows("Observation", ScopeAccess.Create).Should().BeFalse();
        token.Scopes.Allows("Condition", ScopeAccess.Read).Should().BeFalse();
    }

    [Fact]
    public async Task A_token_ends_after_five_minutes_and_an_altered_one_is_nothing()
    {
        (_, JsonElement body) = await _server.AskAsync(_server.Sign(_server.Claims()));
        string token = body.GetProperty("access_token").GetString()!;
        int middle = token.IndexOf('.') + 10;
        _server.Tokens.Check(token[..middle] + (token[middle] == 'A' ? 'B' : 'A') + token[(middle + 1)..]).Should().BeNull();
        using SigningKey stranger = SigningKey.Generate(RandomNumberGenerator.Create());
        new AccessTokens(stranger, "https://gateway.example", _server.Clock).Check(token).Should().BeNull();
        _server.Clock.Advance(TimeSpan.FromSeconds(300));
        _server.Tokens.Check(token).Should().BeNull();
    }

    [Fact]
    public async Task No_more_is_granted_than_was_registered_or_asked()
    {
        (_, JsonElement body) = await _server.AskAsync(_server.Sign(_server.Claims()), "system/*.rs openid system/Medication.rs");
        body.GetProperty("scope").GetString().Should().Be("system/Observation.rs system/Patient.rs");
        (int status, JsonElement refusal) = await _server.AskAsync(_server.Sign(_server.Claims("id-2")), "system/Condition.rs");
        status.Should().Be(400);
        refusal.GetProperty("error").GetString().Should().Be("invalid_scope");
    }

    [Fact]
    public async Task An_assertion_is_taken_once()
    {
        string assertion = _server.Sign(_server.Claims());
        (await _server.AskAsync(assertion)).Status.Should().Be(200);
        await RefusedAsync(assertion);
    }

    [Fact]
    public async Task A_full_replay_cache_refuses_rather_than_forgets_until_old_ids_have_ended()
    {
        for (int i = 0; i < 8; i++) (await _server.AskAsync(_server.Sign(_server.Claims($"id-{i}")))).Status.Should().Be(200);
        await RefusedAsync(_server.Sign(_server.Claims("one-more")));
        _server.Clock.Advance(TimeSpan.FromMinutes(5));
        (await _server.AskAsync(_server.Sign(_server.Claims("one-more")))).Status.Should().Be(200);
    }

    [Theory]
    [InlineData("iss", "somebody-else")]
    [InlineData("sub", "somebody-else")]
    [InlineData("aud", "https://other.example/token")]
    [InlineData("aud", "https://gateway.example")]
    [InlineData("jti", "")]
    [InlineData("exp", "soon")]
    public async Task A_wrong_claim_is_refused(string claim, string value)
    {
        Dictionary<string, object> claims = _server.Claims();
        claims[claim] = value;
        await RefusedAsync(_server.Sign(claims));
    }

    [Theory]
    [InlineData(-6)]
    [InlineData(306)]
    [InlineData(1e300)]
    public async Task An_assertion_that_has_expired_or_lives_longer_than_five_minutes_is_refused(double seconds)
    {
        Dictionary<string, object> claims = _server.Claims();
        claims["exp"] = _server.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds;
        await RefusedAsync(_server.Sign(claims));
    }

    [Fact]
    public async Task A_missing_claim_is_refused()
    {
        foreach (string claim in _server.Claims().Keys)
        {
            Dictionary<string, object> claims = _server.Claims();
            claims.Remove(claim);
            await RefusedAsync(_server.Sign(claims));
        }
    }

    [Fact]
    public async Task A_key_address_in_the_header_is_refused_and_never_fetched() =>
        await RefusedAsync(_server.Sign(_server.Claims(), more: new() { ["jku"] = "https://attacker.example/keys" }));

    [Fact]
    public async Task A_signature_by_another_key_or_under_another_algorithm_is_refused()
    {
        await RefusedAsync(_server.Sign(_server.Claims(), "ES384", "rsa"));
        await RefusedAsync(_server.Sign(_server.Claims(), "RS384", "ec"));
        await RefusedAsync(_server.Sign(_server.Claims(), "none", "ec"));
        await RefusedAsync(_server.Sign(_server.Claims(), "HS384", "ec"));
        await RefusedAsync(_server.Sign(_server.Claims(), kid: "unknown"));
        string good = _server.Sign(_server.Claims());
        await RefusedAsync(good[..good.LastIndexOf('.')] + ".");
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        string signed = good[..good.LastIndexOf('.')];
        await RefusedAsync($"{signed}.{TokenServer.Text(other.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA384))}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30")]
    [InlineData("W10.W10.W10")]
    public async Task Rubbish_is_refused(string assertion)
    {
        (int status, JsonElement body) = await _server.AskAsync(assertion);
        status.Should().BeInRange(400, 401);
        body.TryGetProperty("access_token", out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("grant_type", "password", "unsupported_grant_type")]
    [InlineData("client_assertion_type", "bearer", "invalid_request")]
    [InlineData("scope", "", "invalid_scope")]
    [InlineData("scope", "user/*.rs", "invalid_scope")]
    public async Task A_wrong_parameter_is_named(string name, string value, string error)
    {
        (int status, JsonElement body) = await _server.AskAsync(_server.Sign(_server.Claims()), change: (name, value));
        status.Should().Be(400);
        body.GetProperty("error").GetString().Should().Be(error);
    }

    [Fact]
    public async Task The_public_SMART_key_set_is_read_and_its_private_halves_are_passed_over()
    {
        byte[] json = await File.ReadAllBytesAsync(SharedData.Require("smart/inferno-smart/smart_jwks.json"));
        JsonWebKeySet keys = JsonWebKeySet.Parse(json, out string? why)!;
        why.Should().BeNull();
        keys.Find("4b49a739d1eb115b3225f4cf9beb6d1b")!.Algorithm.Should().Be("ES384");
        keys.Find("b41528b6f37a9500edb8a905a595bdd7")!.Algorithm.Should().Be("RS384");
    }

    [Fact]
    public async Task The_discovery_document_names_the_endpoint_and_what_it_takes()
    {
        JsonElement document = JsonDocument.Parse(await _server.Http().GetStringAsync("/fhir/.well-known/smart-configuration")).RootElement;
        document.GetProperty("token_endpoint").GetString().Should().Be(TokenServer.Endpoint);
        document.GetProperty("token_endpoint_auth_methods_supported")[0].GetString().Should().Be("private_key_jwt");
    }

    private async Task RefusedAsync(string assertion)
    {
        (int status, JsonElement body) = await _server.AskAsync(assertion);
        status.Should().Be(401);
        body.GetProperty("error").GetString().Should().Be("invalid_client");
        body.TryGetProperty("access_token", out _).Should().BeFalse();
    }
}
