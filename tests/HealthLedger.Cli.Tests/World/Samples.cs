using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Resources;
using HealthLedger.Fhir.Synthetic;

namespace HealthLedger.Cli.Tests.World;

/// <summary>Files to import, made by seed.</summary>
internal static class Samples
{
    /// <summary>Writes the first visits of synthetic patients as one collection and returns the path.</summary>
    public static string WriteBundle(string path, int patients, int visits = 2)
    {
        List<FhirObject> entries = [];
        HashSet<string> seen = [];
        foreach (SyntheticPatient patient in SyntheticPatients.Generate(seed: 7, count: patients))
            foreach (SyntheticVisit visit in patient.Visits.Take(visits))
                foreach (FhirNode entry in visit.Bundle.Root.Each("entry"))
                    if (seen.Add(entry.AsObject!.Text("fullUrl")!)) entries.Add(entry.AsObject!);
        FhirObject bundle = ObjectBuilder.Resource("Bundle").Add("type", "transaction").AddAll("entry", entries).Build();
        File.WriteAllBytes(path, FhirJson.Write(bundle));
        return path;
    }
}
