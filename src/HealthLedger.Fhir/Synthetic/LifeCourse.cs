using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Resources;

namespace HealthLedger.Fhir.Synthetic;

/// <summary>One life, from birth to the last day, visit by visit.</summary>
internal sealed class LifeCourse
{
    private readonly SyntheticRandom random;
    private readonly DateOnly asOf;
    private readonly string key;
    private readonly string identifier;
    private readonly string gender;
    private readonly string given;
    private readonly string family;
    private readonly DateOnly birth;
    private readonly FhirObject patient;
    private readonly SyntheticProvider clinic;
    private readonly string doctor;
    private readonly List<SyntheticVisit> visits = [];

    public LifeCourse(int seed, int index, DateOnly asOf)
    {
        this.asOf = asOf;
        key = $"healthledger-synthetic/{seed}/{index}";
        random = new SyntheticRandom(unchecked(((ulong)(uint)seed << 32 | (uint)index) * 0xD6E8FEB86659FD93));
        random.Next();
        identifier = $"s{seed}-{index}";
        gender = random.Percent(50) ? "female" : "male";
        given = random.Pick(gender == "female" ? Catalog.FemaleNames : Catalog.MaleNames);
        family = $"{random.Pick(Catalog.FamilyNames)}{random.Between(100, 999)}";
        birth = asOf.AddYears(-random.Between(1, 85)).AddDays(-random.Between(0, 364));
        clinic = random.Pick(SyntheticPatients.Providers.Where(p => p.Kind == ProviderKind.Clinic).ToArray());
        doctor = random.Pick(Catalog.Doctors);
        patient = Patient();
    }

    /// <summary>The patient with all visits.</summary>
    public SyntheticPatient Run()
    {
        Birth();
        Childhood();
        Allergies();
        CheckUps();
        foreach (Illness illness in Catalog.Illnesses) Illness(illness);
        foreach ((Term code, int fromAge, int percent) in Catalog.Procedures) Procedure(code, fromAge, percent);
        SexualHealthScreening();
        return new SyntheticPatient(identifier, $"{given} {family}", gender, birth,
            visits.OrderBy(v => v.When).ThenBy(v => v.Title, StringComparer.Ordinal).ToArray());
    }

    private void Birth()
    {
        VisitBuilder visit = At(Provider(ProviderKind.Hospital), birth, "birth");
        visit.Encounter("IMP", new Term(Catalog.Snomed, "3950001", "Birth"), 2880);
        visit.Observation(Catalog.Weight, random.Near(3.4m, 0.8m, 2), "vital-signs");
        visit.Observation(Catalog.Height, random.Near(50.5m, 4m, 1), "vital-signs");
        visits.Add(visit.Build());
    }

    private void Childhood()
    {
        foreach ((int months, Term vaccine) in Catalog.ChildVaccines)
        {
            if (Day(months / 12, months % 12 * 30 + 3) is not { } day) continue;
            VisitBuilder visit = At(clinic, day, $"child check-up {months} months");
            visit.Encounter("AMB", new Term(Catalog.Snomed, "410620009", "Well child visit"), 25);
            visit.Immunization(vaccine);
            visit.Observation(Catalog.Temperature, random.Near(36.9m, 0.5m, 1), "vital-signs");
            visits.Add(visit.Build());
        }
    }

    private void Allergies()
    {
        if (!random.Percent(25) || Day(random.Between(2, 12), random.Between(0, 300)) is not { } day) return;
        VisitBuilder visit = At(clinic, day, "allergy found");
        visit.Encounter("AMB", new Term(Catalog.Snomed, "185345009", "Encounter for symptom"), 20);
        visit.Allergy(random.Pick(Catalog.Allergies));
        visits.Add(visit.Build());
    }

    private void CheckUps()
    {
        int every = random.Between(2, 4);
        int age = Math.Max(random.Between(6, 9), Age - 25);
        for (; age <= Age; age += every)
        {
            if (Day(age, random.Between(10, 350)) is not { } day) continue;
            VisitBuilder visit = At(clinic, day, "check-up");
            visit.Encounter("AMB", new Term(Catalog.Snomed, "185349003", "Encounter for check up"), 30);
            visit.Observation(Catalog.Height, random.Near(age < 16 ? 80 + age * 6 : 171, 12m, 1), "vital-signs");
            visit.Observation(Catalog.Weight, random.Near(age < 16 ? 10 + age * 3 : 76, 14m, 1), "vital-signs");
            visit.Observation(Catalog.HeartRate, random.Near(72, 14, 0), "vital-signs");
            visit.BloodPressure(random.Near(122, 20, 0), random.Near(78, 11, 0));
            if (random.Percent(60)) visit.Immunization(age % 10 == 0 ? Catalog.TetanusVaccine : Catalog.FluVaccine);
            visits.Add(visit.Build());
            if (age >= 30 && random.Percent(70)) Lipids(day.AddDays(1));
        }
    }

    private void Lipids(DateOnly day)
    {
        if (day > asOf) return;
        VisitBuilder visit = At(Provider(ProviderKind.Laboratory), day, "lipid panel");
        List<string> results = [];
        foreach (Measure measure in Catalog.Lipids)
            results.Add(visit.Observation(measure, random.Near(measure.Mean, measure.Spread, measure.Decimals), "laboratory"));
        visit.Report(Catalog.LipidPanel, results);
        visits.Add(visit.Build());
    }

    private void Illness(Illness illness)
    {
        if (Age < illness.FromAge || !random.Percent(illness.Percent)) return;
        int latest = Math.Max(illness.FromAge, Math.Min(Age, illness.FromAge + 30));
        if (Day(random.Between(illness.FromAge, latest), random.Between(0, 360)) is not { } day) return;
        string? label = Label(illness.Code);
        VisitBuilder visit = At(clinic, day, illness.Code.Display);
        visit.Encounter("AMB", new Term(Catalog.Snomed, "185345009", "Encounter for symptom"), 30);
        string condition = visit.Condition(illness.Code, illness.IsChronic ? null : random.Between(7, 40), label);
        visit.Prescription(illness.Medication, condition, label);
        if (label is not null && illness.Lab is { } score)
            visit.Observation(score, random.Near(score.Mean, score.Spread, score.Decimals), "survey");
        visits.Add(visit.Build());
        Dispense(illness, day.AddDays(1));
        if (illness.IsChronic && label is null && illness.Lab is { } lab) FollowUp(lab, day);
    }

    private void Dispense(Illness illness, DateOnly first)
    {
        int times = illness.IsChronic ? random.Between(2, 5) : 1;
        for (int i = 0; i < times; i++)
        {
            DateOnly day = first.AddDays(30 * i);
            if (day > asOf) return;
            VisitBuilder visit = At(Provider(ProviderKind.Pharmacy), day, $"{illness.Medication.Display} handed out");
            visit.Dispense(illness.Medication);
            visits.Add(visit.Build());
        }
    }

    private void FollowUp(Measure lab, DateOnly from)
    {
        for (DateOnly day = from.AddDays(180); day <= asOf && visits.Count < 200; day = day.AddDays(random.Between(170, 400)))
        {
            VisitBuilder visit = At(Provider(ProviderKind.Laboratory), day, lab.Code.Display);
            string result = visit.Observation(lab, random.Near(lab.Mean, lab.Spread, lab.Decimals), "laboratory");
            visit.Report(lab.Code, [result]);
            visits.Add(visit.Build());
        }
    }

    private void Procedure(Term code, int fromAge, int percent)
    {
        if (Age < fromAge || !random.Percent(percent) || Day(random.Between(fromAge, Age), random.Between(0, 360)) is not { } day) return;
        VisitBuilder visit = At(Provider(ProviderKind.Hospital), day, code.Display);
        visit.Encounter("IMP", new Term(Catalog.Snomed, "183452005", "Encounter for hospital admission"), 2000);
        visit.Procedure(code);
        visit.Observation(Catalog.Hemoglobin, random.Near(13.4m, 2m, 1), "laboratory");
        visits.Add(visit.Build());
    }

    private void SexualHealthScreening()
    {
        if (Age < 18 || !random.Percent(20) || Day(random.Between(18, Math.Min(Age, 45)), random.Between(0, 360)) is not { } day) return;
        VisitBuilder visit = At(Provider(ProviderKind.Laboratory), day, "HIV screening");
        visit.Report(Catalog.HivTest, [visit.Observation(Catalog.HivTest, Catalog.Negative, "laboratory")]);
        visits.Add(visit.Build());
    }

    /// <summary>Sources label some of what is sensitive; the rest is left to the labeler.</summary>
    private static string? Label(Term code) => code.Code switch
    {
        "370143000" => "MH",
        "15167005" => "ETHUD",
        _ => null,
    };

    private int Age
    {
        get
        {
            int years = asOf.Year - birth.Year;
            return birth.AddYears(years) > asOf ? years - 1 : years;
        }
    }

    /// <summary>A day of this life at an age, or null when it is still to come.</summary>
    private DateOnly? Day(int age, int daysAfterBirthday)
    {
        DateOnly day = birth.AddYears(age).AddDays(daysAfterBirthday);
        return day <= asOf ? day : null;
    }

    private static SyntheticProvider Provider(ProviderKind kind) => SyntheticPatients.Providers.First(p => p.Kind == kind);

    private VisitBuilder At(SyntheticProvider provider, DateOnly day, string title)
    {
        TimeOnly time = new(random.Between(8, 17), random.Between(0, 59), random.Between(0, 59));
        return new VisitBuilder(provider, new DateTimeOffset(day.ToDateTime(time), TimeSpan.Zero), title,
            $"{key}/{visits.Count}", patient, identifier, doctor);
    }

    private FhirObject Patient() => ObjectBuilder.Resource("Patient")
        .AddAll("identifier", Elements.Identifier(SyntheticPatients.PatientSystem, identifier))
        .Add("active", true)
        .AddAll("name", new ObjectBuilder().Add("use", "official").Add("family", family).AddTexts("given", given).Build())
        .Add("gender", gender)
        .Add("birthDate", birth.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture))
        .AddAll("address", new ObjectBuilder()
            .AddTexts("line", $"{random.Between(1, 200)} Nowhere Street")
            .Add("city", random.Pick(Catalog.Cities))
            .Add("country", "ZZ")
            .Build())
        .Build();
}
