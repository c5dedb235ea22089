using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Smart;

namespace HealthLedger.Gateway.Fhir;

/// <summary>What the FHIR door needs beside the organizations.</summary>
internal sealed record FhirDoorOptions
{
    /// <summary>The address under which clients know this gateway.</summary>
    public required Uri PublicBase { get; init; }

    /// <summary>Checks bearer tokens.</summary>
    public required AccessTokens Tokens { get; init; }

    /// <summary>Seals links to next pages: 32 bytes.</summary>
    public required ReadOnlyMemory<byte> PageKey { get; init; }

    /// <summary>The software's version, for the CapabilityStatement.</summary>
    public required string Version { get; init; }

    /// <summary>The time.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Bounds of what is read.</summary>
    public FhirLimits Limits { get; init; } = FhirLimits.Default;
}
