using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Structure;

namespace HealthLedger.Fhir.Transactions;

/// <summary>
/// Whose record a resource is part of, by R4's patient compartment; and, beyond it, <c>Device.patient</c>, which R4 left out.
/// </summary>
public static class PatientCompartment
{
    private static readonly string[][] DevicePaths = [["patient"]];

    /// <summary>
    /// The ids of the patients in whose compartment the resource is, the owner first; a Patient is first of all in its
    /// own. Empty for what is shared (Practitioner, Organization, Location, Medication, …).
    /// </summary>
    public static IReadOnlyList<string> PatientsOf(FhirResource resource)
    {
        List<string> patients = [];
        if (resource.Type == "Patient" && resource.Id is { } own) patients.Add(own);
        foreach (string text in ReferencesOf(resource))
        {
            FhirReference reference = FhirReference.Read(text);
            if (reference is { Type: "Patient", Id: { } id, Form: ReferenceForm.Relative or ReferenceForm.Absolute }
                && !patients.Contains(id)) patients.Add(id);
        }
        return patients;
    }

    /// <summary>The patient to whose record the resource belongs, or null when it is shared.</summary>
    public static string? OwnerOf(FhirResource resource) => PatientsOf(resource) is [var owner, ..] ? owner : null;

    /// <summary>True when resources of this type can belong to a patient.</summary>
    public static bool IsPatientType(string type) => PathsOf(type) is not null;

    /// <summary>The references at the compartment's paths as written, owner's first.</summary>
    internal static List<string> ReferencesOf(FhirResource resource)
    {
        List<string> found = [];
        foreach (string[] path in PathsOf(resource.Type) ?? []) Collect(resource.Root, path, 0, found);
        return found;
    }

    private static string[][]? PathsOf(string type) =>
        type == "Device" ? DevicePaths : R4Table.Instance.CompartmentPaths(type);

    private static void Collect(FhirObject node, string[] path, int at, List<string> found)
    {
        foreach (FhirNode item in node.Each(path[at]))
        {
            if (item is not FhirObject inner) continue;
            if (at + 1 < path.Length) Collect(inner, path, at + 1, found);
            else if (inner.Text("reference") is { } reference) found.Add(reference);
        }
    }
}
