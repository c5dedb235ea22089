namespace HealthLedger.Fhir;

/// <summary>The one version of FHIR this library reads and writes.</summary>
public static class FhirVersion
{
    /// <summary>FHIR R4, as <c>CapabilityStatement.fhirVersion</c> spells it.</summary>
    public const string Current = "4.0.1";
}
