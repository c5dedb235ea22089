using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Synthetic;

/// <summary>What kind of place a synthetic provider is.</summary>
public enum ProviderKind
{
    /// <summary>Births, operations, emergencies.</summary>
    Hospital,

    /// <summary>Check-ups, vaccinations, chronic and mental health care.</summary>
    Clinic,

    /// <summary>Laboratory results.</summary>
    Laboratory,

    /// <summary>Dispenses.</summary>
    Pharmacy,
}

/// <summary>A provider of the synthetic world.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name, obviously not a real one.</param>
/// <param name="Identifier">The value of its identifier under <see cref="SyntheticPatients.OrganizationSystem"/>.</param>
public sealed record SyntheticProvider(ProviderKind Kind, string Name, string Identifier);

/// <summary>What one provider would send after one visit.</summary>
/// <param name="Provider">Who sends it.</param>
/// <param name="When">When the visit was.</param>
/// <param name="Title">A few words on it, for a demonstration.</param>
/// <param name="Bundle">
/// A transaction Bundle that stands alone: patient, organization and practitioner are created only if they are not there
/// (<c>ifNoneExist</c>) and have the same <c>fullUrl</c> in every visit; everything else refers to them by <c>urn:uuid</c>.
/// </param>
public sealed record SyntheticVisit(SyntheticProvider Provider, DateTimeOffset When, string Title, FhirResource Bundle);

/// <summary>A patient who does not exist, with a life course.</summary>
/// <param name="Identifier">The value of the identifier under <see cref="SyntheticPatients.PatientSystem"/>.</param>
/// <param name="Name">Given and family name, obviously not real ones.</param>
/// <param name="Gender">female or male.</param>
/// <param name="BirthDate">The day of birth.</param>
/// <param name="Visits">Every visit, by time.</param>
public sealed record SyntheticPatient(
    string Identifier, string Name, string Gender, DateOnly BirthDate, IReadOnlyList<SyntheticVisit> Visits);
