using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Labels;
using HealthLedger.Fhir.Resources;
using HealthLedger.Fhir.Search;
using HealthLedger.Fhir.Structure;
using HealthLedger.Fhir.Tests.Support;
using HealthLedger.Fhir.Transactions;

namespace HealthLedger.Fhir.Tests;

/// <summary>What the gateway does with every bundle: parse, check, plan, label, index.</summary>
public class ChainTests
{
    private static TransactionOptions Options(bool keep)
    {
        int next = 0;
        return new TransactionOptions { NewId = (_, _) => $"id-{next++}", KeepUnresolvedAsLogical = keep };
    }

    [Theory]
    [InlineData("fhir-synthea/google-2021")]
    [InlineData("fhir-synthea/sofh-2019")]
    [InlineData("fhir-synthea/stanford-2023")]
    public void Every_synthea_bundle_goes_through_the_whole_chain(string folder)
    {
        foreach ((string name, byte[] utf8) in Corpus.Resources(folder))
        {
            FhirResource bundle = FhirJson.Parse(utf8).Resource!;
            TransactionPlan plan = TransactionPlan.Create(bundle, Options(keep: true));
            plan.IsRefused.Should().BeFalse(name + ": " + string.Join("; ", plan.Issues.Concat(plan.Entries.SelectMany(e => e.Issues)).Take(3)));
            plan.Patients.Count.Should().BeLessThanOrEqualTo(1, name);
            plan.Entries.Should().HaveCount(bundle.Root.Each("entry").Length);
            foreach (PlannedEntry entry in plan.Entries)
            {
                entry.Resource!.Id.Should().Be(entry.Id);
                StructureCheck.Check(entry.Resource).Should().BeEmpty(name);
                SegmentLabeler.Label(entry.Resource).Segment.Should().BeOneOf(Segments.All);
                IndexRecord record = SearchIndex.Of(entry.Resource);
                IndexBytes.TryRead(IndexBytes.ToBytes(record), out IndexRecord? read).Should().BeTrue();
                read.Should().BeEquivalentTo(record);
                System.Text.Encoding.UTF8.GetString(entry.Resource.ToUtf8Bytes()).Should().NotContain("\"reference\":\"urn:uuid:");
            }
        }
    }

    [Fact]
    public void A_bulk_export_goes_through_as_one_collection()
    {
        IEnumerable<(string?, FhirResource)> lines = Corpus.Resources("fhir-synthea/bulk-10-patients")
            .Select(r => ((string?)null, FhirJson.Parse(r.Utf8).Resource!));
        TransactionPlan plan = TransactionPlan.Create(Bundles.Collection(lines), Options(keep: true));
        plan.Entries.Where(e => e.IsRefused).SelectMany(e => e.Issues).Should().BeEmpty();
        plan.Patients.Should().HaveCountGreaterThan(5);
        plan.Entries.Where(e => e.Type is "Procedure" or "Encounter" or "DocumentReference").Should()
            .OnlyContain(e => plan.Patients.Contains(e.Patients[0]), "references to patients were rewritten");
    }

    [Fact]
    public void A_practitioner_that_is_in_no_file_refuses_only_what_depends_on_it()
    {
        (_, byte[] utf8) = Corpus.Resources("fhir-synthea/stanford-2023").First();
        TransactionPlan plan = TransactionPlan.Create(FhirJson.Parse(utf8).Resource!, Options(keep: false));
        plan.IsRefused.Should().BeTrue();
        plan.Entries.Should().Contain(e => !e.IsRefused);
        plan.Entries.Where(e => e.IsRefused).Should().OnlyContain(e => e.Issues.Any(i => i.Code == IssueCodes.NotFound));
    }
}
