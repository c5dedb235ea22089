using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Labels;
using HealthLedger.Fhir.Structure;
using HealthLedger.Fhir.Synthetic;
using HealthLedger.Fhir.Transactions;

namespace HealthLedger.Fhir.Tests.Synthetic;

public class SyntheticPatientsTests
{
    private static readonly SyntheticPatient[] Patients = SyntheticPatients.Generate(7, 60).ToArray();

    [Fact]
    public void Every_bundle_passes_the_structural_check() =>
        Patients.SelectMany(p => p.Visits).SelectMany(v => StructureCheck.Check(v.Bundle)).Should().BeEmpty();

    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        Texts(SyntheticPatients.Generate(7, 60)).Should().Equal(Texts(Patients));
    }

    [Fact]
    public void Another_seed_gives_other_patients() =>
        SyntheticPatients.Generate(8, 1).Single().Visits[0].Bundle.ToUtf8Bytes()
            .Should().NotEqual(Patients[0].Visits[0].Bundle.ToUtf8Bytes());

    [Fact]
    public void A_patient_does_not_depend_on_how_many_are_made() =>
        Texts(SyntheticPatients.Generate(7, 3).Skip(2)).Should().Equal(Texts([Patients[2]]));

    [Fact]
    public void Every_visit_is_a_transaction_of_one_patient()
    {
        foreach (SyntheticVisit visit in Patients.SelectMany(p => p.Visits))
        {
            int next = 0;
            TransactionPlan plan = TransactionPlan.Create(visit.Bundle, new() { NewId = (_, _) => $"n{next++}" });
            plan.IsRefused.Should().BeFalse();
            plan.Patients.Should().ContainSingle();
        }
    }

    [Fact]
    public void A_patient_has_one_name_in_all_visits_and_no_two_resources_share_one()
    {
        foreach (SyntheticPatient patient in Patients)
        {
            var entries = patient.Visits.SelectMany(v => v.Bundle.Root.Each("entry").ToArray()).Cast<FhirObject>().ToArray();
            entries.Where(e => e.Object("resource")!.Text("resourceType") == "Patient").Select(e => e.Text("fullUrl")).Distinct().Should().ContainSingle();
            entries.Where(e => e.Object("request")!["ifNoneExist"] is null).Select(e => e.Text("fullUrl")).Should().OnlyHaveUniqueItems();
        }
    }

    [Fact]
    public void A_population_has_every_kind_of_provider_and_most_segments()
    {
        Patients.SelectMany(p => p.Visits).Select(v => v.Provider.Kind).Distinct().Should().HaveCount(4);
        IEnumerable<FhirResource> resources = Patients.SelectMany(p => p.Visits).SelectMany(v => v.Bundle.Root.Each("entry").ToArray())
            .Select(e => FhirResource.From(e.AsObject!["resource"])!);
        resources.Select(r => SegmentLabeler.Label(r).Segment).Distinct().Should().Contain([
            Segments.General, Segments.Allergies, Segments.Medications, Segments.Immunizations, Segments.Laboratory,
            Segments.VitalSigns, Segments.MentalHealth, Segments.SexualHealth, Segments.SubstanceUse,
        ]);
    }

    [Fact]
    public void Nothing_happens_before_birth_or_after_the_last_day()
    {
        foreach (SyntheticPatient patient in Patients)
            foreach (SyntheticVisit visit in patient.Visits)
                DateOnly.FromDateTime(visit.When.Date).Should().BeOnOrAfter(patient.BirthDate).And.BeOnOrBefore(new DateOnly(2026, 1, 1));
    }

    private static IEnumerable<string> Texts(IEnumerable<SyntheticPatient> patients) =>
        patients.SelectMany(p => p.Visits).Select(v => System.Text.Encoding.UTF8.GetString(v.Bundle.ToUtf8Bytes()));
}
