namespace HealthLedger.Fhir.Synthetic;

/// <summary>
/// A generator of patients who do not exist, for the demonstration, tests and measurements: the same seed gives the same
/// bytes for ever. Not an epidemiological model; the codes are real, the frequencies rough.
/// </summary>
public static class SyntheticPatients
{
    /// <summary>The system of the patients' identifiers.</summary>
    public const string PatientSystem = "https://healthledger.example/synthetic/patient";

    /// <summary>The system of the providers' identifiers.</summary>
    public const string OrganizationSystem = "https://healthledger.example/synthetic/organization";

    /// <summary>The system of the practitioners' identifiers.</summary>
    public const string PractitionerSystem = "https://healthledger.example/synthetic/practitioner";

    /// <summary>The providers, one of each kind and a second clinic.</summary>
    public static IReadOnlyList<SyntheticProvider> Providers { get; } =
    [
        new(ProviderKind.Hospital, "Synthetic General Hospital", "hospital-1"),
        new(ProviderKind.Clinic, "Sample Street Family Clinic", "clinic-1"),
        new(ProviderKind.Clinic, "Example Park Clinic", "clinic-2"),
        new(ProviderKind.Laboratory, "Mockwell Laboratory", "laboratory-1"),
        new(ProviderKind.Pharmacy, "Placebo Square Pharmacy", "pharmacy-1"),
    ];

    /// <summary>
    /// The patients of a seed, made one at a time. Patient i of a seed is the same whatever the count.
    /// </summary>
    /// <param name="seed">Any number.</param>
    /// <param name="count">How many.</param>
    /// <param name="asOf">Nothing happens after this day; 2026-01-01 when not given.</param>
    public static IEnumerable<SyntheticPatient> Generate(int seed, int count, DateOnly? asOf = null)
    {
        for (int i = 0; i < count; i++) yield return new LifeCourse(seed, i, asOf ?? new DateOnly(2026, 1, 1)).Run();
    }
}
