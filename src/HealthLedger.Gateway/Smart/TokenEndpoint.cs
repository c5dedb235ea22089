using HealthLedger.Gateway.Bodies;
using HealthLedger.Gateway.Telemetry;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace HealthLedger.Gateway.Smart;

/// <summary>
/// The token endpoint of SMART Backend Services: <c>client_credentials</c> with <c>private_key_jwt</c>, nothing else, and the discovery
/// document. Answers carry <c>Cache-Control: no-store</c>.
/// </summary>
/// <param name="assertions">Checks who asks.</param>
/// <param name="tokens">Issues what is granted.</param>
/// <param name="publicBase">
/// The address under which clients know this gateway, from its configuration. Never from the Host header: an assertion signed for another server
/// could otherwise be played here.
/// </param>
public sealed class TokenEndpoint(ClientAssertion assertions, AccessTokens tokens, Uri publicBase)
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>Maps <c>POST /token</c> and the discovery document.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/token", (Delegate)HandleAsync);
        routes.MapGet("/fhir/.well-known/smart-configuration", () => Results.Json(Configuration()));
    }

    private async Task<IResult> HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
        if (!context.Request.HasFormContentType)
            return Refuse(context, new SmartError("invalid_request", "Send the request as application/x-www-form-urlencoded."));
        (IFormCollection? form, Fault fault) = await FormBody.ReadAsync(context.Request);
        if (form is null) return Refuse(context, new SmartError("invalid_request", fault.Message));
        if (form.Any(field => field.Value.Count != 1)) return Refuse(context, new SmartError("invalid_request", "A parameter stands more than once."));
        if (Field(form, "grant_type") is not "client_credentials")
            return Refuse(context, new SmartError("unsupported_grant_type", "The grant_type is client_credentials."));
        if (Field(form, "client_assertion_type") is not AssertionType)
            return Refuse(context, new SmartError("invalid_request", $"The client_assertion_type is {AssertionType}."));
        if (Field(form, "client_assertion") is not { } assertion)
            return Refuse(context, new SmartError("invalid_request", "The client_assertion is missing."));
        if (ScopeSet.Parse(Field(form, "scope")) is not { } asked)
            return Refuse(context, new SmartError("invalid_scope", "Ask for system scopes, such as system/*.rs."));
        (SmartClient? client, SmartError? error) = await assertions.CheckAsync(assertion, Absolute("/token"));
        if (client is null) return Refuse(context, error!);
        if (client.Scopes.Grant(asked) is not { } granted)
            return Refuse(context, new SmartError("invalid_scope", "None of these scopes is registered for this client."));
        return Results.Json(new Dictionary<string, object>
        {
            ["access_token"] = tokens.Issue(client, granted),
            ["token_type"] = "bearer",
            ["expires_in"] = (int)AccessTokens.Lifetime.TotalSeconds,
            ["scope"] = granted.ToString(),
        });
    }

    private static IResult Refuse(HttpContext context, SmartError error)
    {
        context.NoteRefusal(error.Error);
        return Results.Json(new Dictionary<string, object> { ["error"] = error.Error, ["error_description"] = error.Description }, statusCode: error.Status);
    }

    private static string? Field(IFormCollection form, string name) =>
        form.TryGetValue(name, out StringValues values) && values is [{ Length: > 0 } value] ? value : null;

    private string Absolute(string path) => publicBase.AbsoluteUri.TrimEnd('/') + path;

    private Dictionary<string, object> Configuration() => new()
    {
        ["token_endpoint"] = Absolute("/token"),
        ["grant_types_supported"] = new[] { "client_credentials" },
        ["token_endpoint_auth_methods_supported"] = new[] { "private_key_jwt" },
        ["token_endpoint_auth_signing_alg_values_supported"] = new[] { "ES384", "RS384" },
        ["scopes_supported"] = new[] { "system/*.cruds", "system/*.rs" },
        ["capabilities"] = new[] { "client-confidential-asymmetric", "permission-v1", "permission-v2" },
    };
}
