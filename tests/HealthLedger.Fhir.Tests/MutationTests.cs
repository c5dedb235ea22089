using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Labels;
using HealthLedger.Fhir.Resources;
using HealthLedger.Fhir.Search;
using HealthLedger.Fhir.Structure;
using HealthLedger.Fhir.Tests.Support;
using HealthLedger.Fhir.Transactions;

namespace HealthLedger.Fhir.Tests;

/// <summary>Published resources with one value replaced by something else, through everything a gateway calls.</summary>
public class MutationTests
{
    private static readonly FhirNode[] Odd =
    [
        FhirValue.Null, FhirValue.True, FhirValue.Number(-1), FhirValue.Number(1.50m), FhirValue.String(""), FhirValue.String("\u0000"),
        FhirValue.String("Patient/x"), FhirValue.String("urn:uuid:x"), FhirValue.String("Patient?identifier=a|b"), FhirValue.String("9999-12-31T23:59:60Z"),
        FhirValue.String(new string('a', 5000)), FhirArray.Of(), FhirArray.Of(FhirArray.Of(FhirValue.Null)), FhirObject.Of(),
        FhirObject.Of(new FhirMember("reference", FhirValue.Number(1))), FhirObject.Of(new FhirMember("coding", FhirValue.String("x"))),
        FhirArray.Of(FhirObject.Of(new FhirMember("system", FhirValue.True), new FhirMember("code", FhirValue.String("x")))),
    ];

    [Theory]
    [InlineData("fhir-examples/r4-core", 40)]
    [InlineData("fhir-examples/r4-bundles", 40)]
    [InlineData("fhir-examples/ihe-pcf-consent", 40)]
    public void No_misplaced_value_throws_anywhere(string folder, int rounds)
    {
        Random random = new(1);
        foreach ((_, byte[] utf8) in Corpus.Resources(folder))
        {
            FhirResource resource = FhirJson.Parse(utf8).Resource!;
            for (int i = 0; i < rounds; i++)
            {
                if (FhirResource.From(Mutate(resource.Root, random, 0)) is not { } odd) continue;
                StructureCheck.Check(odd).All(issue => issue.Refuses).Should().BeTrue();
                SegmentLabeler.Label(odd).Segment.Should().BeOneOf(Segments.All);
                PatientCompartment.PatientsOf(odd);
                IndexRecord record = SearchIndex.Of(odd);
                IndexBytes.TryRead(IndexBytes.ToBytes(record), out IndexRecord? read).Should().BeTrue();
                read!.Tokens.Should().Equal(record.Tokens);
                FhirResource bundle = odd.Type == "Bundle" ? odd : Bundles.Transaction([("urn:uuid:x", odd)]);
                TransactionPlan plan = TransactionPlan.Create(bundle, new() { NewId = (_, _) => "n", KeepUnresolvedAsLogical = i % 2 == 0 });
                plan.Entries.Where(e => e.Action == EntryAction.None).Should().BeSubsetOf(plan.Entries.Where(e => e.IsRefused));
            }
        }
    }

    private static FhirNode Mutate(FhirNode node, Random random, int depth)
    {
        if (depth > 0 && random.Next(4) == 0) return Odd[random.Next(Odd.Length)];
        switch (node)
        {
            case FhirObject { Count: > 0 } value:
                FhirMember member = value.Members[random.Next(value.Count)];
                return value.With(member.Name, Mutate(member.Value, random, depth + 1));
            case FhirArray { Count: > 0 } array:
                FhirNode[] items = array.Items.ToArray();
                int at = random.Next(items.Length);
                items[at] = Mutate(items[at], random, depth + 1);
                return FhirArray.Of(items);
            default:
                return Odd[random.Next(Odd.Length)];
        }
    }
}
