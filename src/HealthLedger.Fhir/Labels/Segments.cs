namespace HealthLedger.Fhir.Labels;

/// <summary>
/// The segments into which a patient's record is cut [PROTOCOL §6]. On the ledger a segment is an opaque random id; these
/// names exist only where records are open.
/// </summary>
public static class Segments
{
    /// <summary>Who the patient is, problems, encounters, procedures, plans, documents.</summary>
    public const string General = "general";

    /// <summary>Allergies and intolerances.</summary>
    public const string Allergies = "allergies";

    /// <summary>Prescribed, dispensed, taken.</summary>
    public const string Medications = "medications";

    /// <summary>Vaccinations.</summary>
    public const string Immunizations = "immunizations";

    /// <summary>Laboratory results and specimens.</summary>
    public const string Laboratory = "laboratory";

    /// <summary>Blood pressure, weight, temperature and the like; device readings.</summary>
    public const string VitalSigns = "vital-signs";

    /// <summary>Pictures and their reports.</summary>
    public const string Imaging = "imaging";

    /// <summary>Insurance, claims, bills.</summary>
    public const string Financial = "financial";

    /// <summary>Mental and behavioural health.</summary>
    public const string MentalHealth = "mental-health";

    /// <summary>Sexual and reproductive health, HIV.</summary>
    public const string SexualHealth = "sexual-health";

    /// <summary>Alcohol, opioids and other drugs.</summary>
    public const string SubstanceUse = "substance-use";

    /// <summary>Violence and abuse.</summary>
    public const string Violence = "violence";

    /// <summary>The person's genes.</summary>
    public const string Genetics = "genetics";

    /// <summary>All of them, ordinary ones first.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        General, Allergies, Medications, Immunizations, Laboratory, VitalSigns, Imaging, Financial,
        MentalHealth, SexualHealth, SubstanceUse, Violence, Genetics,
    ];

    /// <summary>
    /// The sensitive ones, in the order that decides when a resource fits several: the one whose disclosure harms most by
    /// itself comes first.
    /// </summary>
    public static IReadOnlyList<string> Sensitive { get; } = [Violence, SexualHealth, SubstanceUse, MentalHealth, Genetics];

    /// <summary>The ones that custodians can open in an emergency: what keeps an unconscious patient from harm.</summary>
    public static IReadOnlyList<string> Emergency { get; } = [General, Allergies, Medications, Immunizations];

    /// <summary>True when custodians hold shares of this segment's key.</summary>
    public static bool IsEmergency(string segment) => Emergency.Contains(segment);

    /// <summary>True when the segment needs more than an ordinary grant.</summary>
    public static bool IsSensitive(string segment) => Sensitive.Contains(segment);
}
