using System.Diagnostics;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Labels;
using HealthLedger.Fhir.Search;
using HealthLedger.Fhir.Structure;
using HealthLedger.Fhir.Tests.Support;
using HealthLedger.Fhir.Transactions;

namespace HealthLedger.Fhir.Tests;

/// <summary>
/// Measurements, not tests: run with <c>--explicit only --filter-class *SpeedTests --output Detailed</c>. One thread;
/// microseconds a resource, the best of several rounds over all Synthea bundles.
/// </summary>
public class SpeedTests(ITestOutputHelper output)
{
    private const int Rounds = 7;

    [Fact(Explicit = true)]
    public void Cost_of_each_step_per_synthea_resource()
    {
        byte[][] bundles = Corpus.Resources("fhir-synthea/google-2021").Concat(Corpus.Resources("fhir-synthea/stanford-2023"))
            .Concat(Corpus.Resources("fhir-synthea/sofh-2019")).Select(r => r.Utf8).ToArray();
        FhirResource[] parsed = bundles.Select(b => FhirJson.Parse(b).Resource!).ToArray();
        TransactionPlan[] plans = parsed.Select(Plan).ToArray();
        FhirResource[] resources = plans.SelectMany(p => p.Entries).Select(e => e.Resource!).ToArray();
        IndexRecord[] records = resources.Select(r => SearchIndex.Of(r)).ToArray();
        byte[][] manifests = records.Select(IndexBytes.ToBytes).ToArray();
        output.WriteLine($"{resources.Length} resources, {bundles.Sum(b => (long)b.Length) / resources.Length} bytes each, "
            + $"manifests {manifests.Average(m => m.Length):F0} bytes");

        Measure("parse", resources.Length, () => { foreach (byte[] bundle in bundles) FhirJson.Parse(bundle); });
        Measure("check", resources.Length, () => { foreach (FhirResource bundle in parsed) StructureCheck.Check(bundle); });
        Measure("plan", resources.Length, () => { foreach (FhirResource bundle in parsed) Plan(bundle); });
        Measure("label", resources.Length, () => { foreach (FhirResource resource in resources) SegmentLabeler.Label(resource); });
        Measure("index", resources.Length, () => { foreach (FhirResource resource in resources) SearchIndex.Of(resource); });
        Measure("manifest", resources.Length, () => { foreach (IndexRecord record in records) IndexBytes.ToBytes(record); });
        Measure("manifest back", resources.Length, () => { foreach (byte[] bytes in manifests) IndexBytes.TryRead(bytes, out _); });
        Measure("write", resources.Length, () => { foreach (FhirResource resource in resources) resource.ToUtf8Bytes(); });

        SearchQuery query = SearchQuery.Parse("Observation", [
            new("patient", plans[0].Patients[0]), new("category", "laboratory,vital-signs"), new("date", "ge2010-01-01"), new("_sort", "-date")]).Query!;
        IndexRecord[] some = records.Where(r => r.Type == "Observation").Take(750).Concat(records.Take(750)).ToArray();
        Measure("search of 1,500 records, whole", 1, () => query.Evaluate(some));
    }

    private static TransactionPlan Plan(FhirResource bundle)
    {
        int next = 0;
        return TransactionPlan.Create(bundle, new() { NewId = (_, _) => $"id-{next++}", KeepUnresolvedAsLogical = true, CheckStructure = false });
    }

    private void Measure(string what, int count, Action run)
    {
        double best = double.MaxValue;
        long bytes = 0;
        for (int i = 0; i < Rounds; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        output.WriteLine($"{what,-32} {best / count,8:F2} us {bytes / count,8} B allocated");
    }
}
