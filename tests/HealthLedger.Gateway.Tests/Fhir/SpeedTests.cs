using System.Globalization;
using System.Security.Cryptography;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Records;
using HealthLedger.Client.Tests.World;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Structure;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Gateway.Fhir.Ingest;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Keys;
using HealthLedger.TestMaterial;

namespace HealthLedger.Gateway.Tests.Fhir;

/// <summary>
/// Measurements, not tests: run with <c>--explicit only --filter-class *Gateway.Tests.Fhir.SpeedTests --output Detailed</c>. Microseconds of processor
/// time a resource of Synthea's, the best of several rounds: what a gateway does before the ledger has its turn.
/// </summary>
public sealed class SpeedTests(ITestOutputHelper output)
{
    private const int Rounds = 5;

    [Fact(Explicit = true)]
    public void The_gateways_share_of_an_ingest_is_measured()
    {
        byte[][] bundles = [.. Directory.EnumerateFiles(SharedData.Require("fhir-synthea/sofh-2019"), "*.json").Where(file => !file.Contains("Information")).Select(File.ReadAllBytes)];
        TestWorld world = new();
        FhirResource[] parsed = [.. bundles.Select(bytes => FhirJson.Parse(bytes).Resource!)];
        (FhirResource Bundle, EntryNames Names)[] named = [.. parsed.Select(bundle => (bundle, EntryNames.Of(bundle, world.Hospital.Wallet, world.Registry)))];
        TransactionPlan[] plans = [.. named.Select(item => Plan(item.Names))];
        int count = plans.Sum(plan => plan.Entries.Count);
        PlainRecord[][] records = [.. plans.Select((plan, i) => Shape(plan, named[i].Names))];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} resources, {bundles.Sum(bytes => (long)bytes.Length) / count} bytes each"));

        double sum = 0;
        sum += Measure("parse", count, () => { foreach (byte[] bytes in bundles) FhirJson.Parse(bytes); });
        sum += Measure("check", count, () => { foreach (FhirResource bundle in parsed) foreach (FhirNode entry in bundle.Root["entry"]!.AsArray!.Items) StructureCheck.Check(FhirResource.From(entry.AsObject!["resource"])!); });
        sum += Measure("name", count, () => { foreach (FhirResource bundle in parsed) EntryNames.Of(bundle, world.Hospital.Wallet, world.Registry); });
        sum += Measure("plan", count, () => { foreach ((FhirResource _, EntryNames names) in named) Plan(names); });
        sum += Measure("label, index, write", count, () => { for (int i = 0; i < plans.Length; i++) Shape(plans[i], named[i].Names); });
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        LedgerDid patient = new(TestWorld.Network, new Hash32(RandomNumberGenerator.GetBytes(32)));
        Dictionary<string, KnownSegment> segments = SegmentLabels.All.ToDictionary(label => label, label => new KnownSegment(Id16.Random(random), label, SealingKey.Generate(random).Public, patient));
        Dictionary<Id16, PublicKey> newest = segments.Values.ToDictionary(segment => segment.Segment, segment => segment.Key);
        RecordSealer sealer = new(world.Hospital.Wallet.Ids, random);
        sum += Measure("seal", count, () =>
        {
            foreach (PlainRecord[] some in records)
                foreach (SealedBatch batch in sealer.Seal(patient, segments, some).Value) batch.Compose(random, newest, batch.Records);
        });
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"together: {sum:0.0} µs"));
    }

    private static TransactionPlan Plan(EntryNames names) => TransactionPlan.Create(names.Bundle, new TransactionOptions { NewId = names.IdOf, KeepUnresolvedAsLogical = true, CheckStructure = false });

    private static PlainRecord[] Shape(TransactionPlan plan, EntryNames names) =>
        [.. plan.Entries.Where(entry => !entry.IsRefused).Select(entry => RecordShape.Of(entry.Resource!, names[entry.Index] ?? default(SourceName), entry.Patients.FirstOrDefault()))];

    private double Measure(string what, int count, Action run)
    {
        double best = double.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            run();
            best = Math.Min(best, (Environment.CpuUsage.TotalTime - start).TotalMicroseconds / count);
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {best:0.0} µs"));
        return best;
    }
}
