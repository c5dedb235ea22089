using HealthLedger.Protocol.Events;

namespace HealthLedger.Gateway.Fhir.Requests;

/// <summary>The codes of HL7 v3 PurposeOfUse and of roles, as the headers spell them.</summary>
internal static class PurposeOfUse
{
    /// <summary>Every purpose with its code.</summary>
    public static IReadOnlyDictionary<string, Purpose> Purposes { get; } = new Dictionary<string, Purpose>(StringComparer.OrdinalIgnoreCase)
    {
        ["TREAT"] = Purpose.Treatment,
        ["ETREAT"] = Purpose.EmergencyTreatment,
        ["BTG"] = Purpose.BreakTheGlass,
        ["PATRQT"] = Purpose.PatientRequest,
        ["HPAYMT"] = Purpose.Payment,
        ["HOPERAT"] = Purpose.Operations,
        ["HRESCH"] = Purpose.Research,
        ["PUBHLTH"] = Purpose.PublicHealth,
        ["COC"] = Purpose.CareCoordination,
        ["CLINTRL"] = Purpose.ClinicalTrial,
        ["FAMRQT"] = Purpose.FamilyRequest,
        ["HMARKT"] = Purpose.Marketing,
    };

    /// <summary>Every role with its name.</summary>
    public static IReadOnlyDictionary<string, Role> Roles { get; } = new Dictionary<string, Role>(StringComparer.OrdinalIgnoreCase)
    {
        ["clinician"] = Role.Clinician,
        ["nurse"] = Role.Nurse,
        ["laboratory"] = Role.Laboratory,
        ["pharmacist"] = Role.Pharmacy,
        ["administrator"] = Role.Administrator,
        ["system"] = Role.System,
        ["researcher"] = Role.Researcher,
        ["emergency-clinician"] = Role.EmergencyClinician,
    };
}
