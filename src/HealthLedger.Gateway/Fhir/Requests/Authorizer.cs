using HealthLedger.Gateway.Fhir.Organizations;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HealthLedger.Gateway.Fhir.Requests;

/// <summary>Says who a request comes from and whether the token permits it; every handler's first call.</summary>
internal sealed class Authorizer(AccessTokens tokens, OrganizationSeats seats)
{
    /// <summary>The header of the purpose of use; TREAT where it is missing.</summary>
    public const string PurposeHeader = "X-Purpose-Of-Use";

    /// <summary>The header of the acting person: an identifier that means something to the organization alone.</summary>
    public const string PractitionerHeader = "X-Practitioner";

    /// <summary>The header of the person's role; system where no person is named, else clinician.</summary>
    public const string RoleHeader = "X-Role";

    private const string Scheme = "Bearer ";
    private const int PersonCharsMax = 128;

    /// <summary>The caller, where the token is valid and its scopes hold the interaction.</summary>
    public Result<FhirCaller> Authorize(HttpRequest request, string resourceType, ScopeAccess access)
    {
        if (!Authenticate(request).TryGet(out FhirCaller? caller, out Fault fault)) return fault;
        return caller.Lacks(resourceType, access) is { } lacking ? lacking : caller;
    }

    /// <summary>The caller, where the token is valid; its scopes are the handler's to check.</summary>
    public Result<FhirCaller> Authenticate(HttpRequest request)
    {
        StringValues header = request.Headers.Authorization;
        if (header.Count == 0) return new Fault(FaultCode.TokenMissing, "Send a bearer token; /fhir/.well-known/smart-configuration says where to get one.");
        if (header is not [{ } value] || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || tokens.Check(value[Scheme.Length..].Trim()) is not { } token)
            return new Fault(FaultCode.TokenInvalid, "The bearer token is not valid, or no longer.");
        if (seats.Find(token.Organization) is not { } seat) return new Fault(FaultCode.OrganizationElsewhere, "This gateway does not act for the token's organization.");

        Purpose purpose = Purpose.Treatment;
        if (One(request, PurposeHeader, out string? text) is { } twice) return twice;
        if (text is not null && !PurposeOfUse.Purposes.TryGetValue(text, out purpose))
            return new Fault(FaultCode.RequestUnfit, $"{PurposeHeader} is one of {string.Join(", ", PurposeOfUse.Purposes.Keys)}.");
        if (One(request, PractitionerHeader, out string? person) is { } unclear) return unclear;
        if (person is { Length: > PersonCharsMax }) return new Fault(FaultCode.RequestUnfit, $"{PractitionerHeader} has at most {PersonCharsMax} characters.");
        Role role = person is null ? Role.System : Role.Clinician;
        if (One(request, RoleHeader, out text) is { } several) return several;
        if (text is not null && !PurposeOfUse.Roles.TryGetValue(text, out role))
            return new Fault(FaultCode.RequestUnfit, $"{RoleHeader} is one of {string.Join(", ", PurposeOfUse.Roles.Keys)}.");
        return new FhirCaller(token, seat, purpose, role, person ?? $"client:{token.ClientId}");
    }

    private static Fault? One(HttpRequest request, string name, out string? value)
    {
        StringValues values = request.Headers[name];
        value = values is [{ } single] && single.Trim() is { Length: > 0 } text ? text : null;
        return values.Count > 1 ? new Fault(FaultCode.RequestUnfit, $"{name} stands more than once.") : null;
    }
}
