using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Resources;

namespace HealthLedger.Fhir.Synthetic;

/// <summary>Collects the resources of one visit and makes its Bundle.</summary>
internal sealed class VisitBuilder
{
    private const string Hl7 = "http://terminology.hl7.org/CodeSystem/";

    private readonly List<(string FullUrl, FhirObject Resource, string? IfNoneExist)> entries = [];
    private readonly SyntheticProvider provider;
    private readonly DateTimeOffset when;
    private readonly string title;
    private readonly string key;
    private readonly string patient;
    private readonly string organization;
    private readonly string practitioner;
    private string? encounter;

    public VisitBuilder(
        SyntheticProvider provider, DateTimeOffset when, string title, string key,
        FhirObject patient, string patientIdentifier, string doctor)
    {
        (this.provider, this.when, this.title, this.key) = (provider, when, title, key);
        this.patient = AddOnce(patient, SyntheticPatients.PatientSystem, patientIdentifier);
        organization = AddOnce(Organization(), SyntheticPatients.OrganizationSystem, provider.Identifier);
        string doctorId = $"{provider.Identifier}-{doctor.Replace(' ', '-').ToLowerInvariant()}";
        practitioner = AddOnce(Practitioner(doctor, doctorId), SyntheticPatients.PractitionerSystem, doctorId);
    }

    /// <summary>The visit with its Bundle.</summary>
    public SyntheticVisit Build() => new(provider, when, title, ObjectBuilder.Resource("Bundle")
        .Add("type", "transaction")
        .AddAll("entry", entries.Select(e => new ObjectBuilder()
            .Add("fullUrl", e.FullUrl)
            .Add("resource", e.Resource)
            .Add("request", new ObjectBuilder()
                .Add("method", "POST")
                .Add("url", e.Resource.Text("resourceType"))
                .Add("ifNoneExist", e.IfNoneExist))
            .Build()))
        .ToResource());

    /// <summary>The encounter that what follows belongs to.</summary>
    public void Encounter(string classCode, Term type, int minutes) => encounter = Add("encounter",
        ObjectBuilder.Resource("Encounter")
            .Add("status", "finished")
            .Add("class", Elements.Coding(Hl7 + "v3-ActCode", classCode))
            .AddAll("type", Concept(type))
            .Add("subject", Elements.Reference(patient))
            .AddAll("participant", new ObjectBuilder().Add("individual", Elements.Reference(practitioner)).Build())
            .Add("period", Elements.Period(when, when.AddMinutes(minutes)))
            .Add("serviceProvider", Elements.Reference(organization, provider.Name)));

    /// <summary>A condition that starts at the visit; ended after some days when it does not last.</summary>
    public string Condition(Term code, int? endsAfterDays, string? securityLabel) => Add("condition",
        Start("Condition", securityLabel)
            .Add("clinicalStatus", Elements.Concept(Hl7 + "condition-clinical", endsAfterDays is null ? "active" : "resolved"))
            .Add("verificationStatus", Elements.Concept(Hl7 + "condition-ver-status", "confirmed"))
            .AddAll("category", Elements.Concept(Hl7 + "condition-category", "encounter-diagnosis"))
            .Add("code", Concept(code))
            .Add("subject", Elements.Reference(patient))
            .Add("encounter", Encountered)
            .Add("onsetDateTime", when)
            .Add("abatementDateTime", endsAfterDays is { } days ? when.AddDays(days) : null)
            .Add("recordedDate", when));

    /// <summary>A measurement.</summary>
    public string Observation(Measure measure, decimal value, string category) => Add("observation",
        ObservationStart(measure.Code, category).Add("valueQuantity", Quantity(measure, value)));

    /// <summary>A finding in words.</summary>
    public string Observation(Term code, Term value, string category) => Add("observation",
        ObservationStart(code, category).Add("valueCodeableConcept", Concept(value)));

    /// <summary>A blood pressure, in its two parts.</summary>
    public void BloodPressure(decimal systolic, decimal diastolic) => Add("observation",
        ObservationStart(Catalog.BloodPressure, "vital-signs").AddAll("component",
            Component(Catalog.Systolic, systolic), Component(Catalog.Diastolic, diastolic)));

    /// <summary>A laboratory report on observations of the same visit.</summary>
    public void Report(Term code, IEnumerable<string> results) => Add("report",
        Start("DiagnosticReport", null)
            .Add("status", "final")
            .AddAll("category", Elements.Concept(Hl7 + "v2-0074", "LAB", "Laboratory"))
            .Add("code", Concept(code))
            .Add("subject", Elements.Reference(patient))
            .Add("encounter", Encountered)
            .Add("effectiveDateTime", when)
            .Add("issued", when.AddHours(20))
            .AddAll("performer", Elements.Reference(organization, provider.Name))
            .AddAll("result", results.Select(r => Elements.Reference(r))));

    /// <summary>A prescription.</summary>
    public void Prescription(Term medication, string? reason, string? securityLabel) => Add("prescription",
        Start("MedicationRequest", securityLabel)
            .Add("status", "active")
            .Add("intent", "order")
            .Add("medicationCodeableConcept", Concept(medication))
            .Add("subject", Elements.Reference(patient))
            .Add("encounter", Encountered)
            .Add("authoredOn", when)
            .Add("requester", Elements.Reference(practitioner))
            .AddAll("reasonReference", reason is null ? null : Elements.Reference(reason))
            .AddAll("dosageInstruction", new ObjectBuilder().Add("text", "One a day, as discussed.").Build()));

    /// <summary>What a pharmacy handed out.</summary>
    public void Dispense(Term medication) => Add("dispense",
        Start("MedicationDispense", null)
            .Add("status", "completed")
            .Add("medicationCodeableConcept", Concept(medication))
            .Add("subject", Elements.Reference(patient))
            .AddAll("performer", new ObjectBuilder().Add("actor", Elements.Reference(organization, provider.Name)).Build())
            .Add("quantity", new ObjectBuilder().Add("value", 30m).Add("unit", "tablet"))
            .Add("whenHandedOver", when));

    /// <summary>A vaccination.</summary>
    public void Immunization(Term vaccine) => Add("immunization",
        Start("Immunization", null)
            .Add("status", "completed")
            .Add("vaccineCode", Concept(vaccine))
            .Add("patient", Elements.Reference(patient))
            .Add("encounter", Encountered)
            .Add("occurrenceDateTime", when)
            .Add("primarySource", true));

    /// <summary>An allergy.</summary>
    public void Allergy((Term Code, Term Reaction, string Category, string Criticality) allergy) => Add("allergy",
        Start("AllergyIntolerance", null)
            .Add("clinicalStatus", Elements.Concept(Hl7 + "allergyintolerance-clinical", "active"))
            .Add("verificationStatus", Elements.Concept(Hl7 + "allergyintolerance-verification", "confirmed"))
            .Add("type", "allergy")
            .AddTexts("category", allergy.Category)
            .Add("criticality", allergy.Criticality)
            .Add("code", Concept(allergy.Code))
            .Add("patient", Elements.Reference(patient))
            .Add("recordedDate", when)
            .AddAll("reaction", new ObjectBuilder().AddAll("manifestation", Concept(allergy.Reaction)).Build()));

    /// <summary>A procedure.</summary>
    public void Procedure(Term code) => Add("procedure",
        Start("Procedure", null)
            .Add("status", "completed")
            .Add("code", Concept(code))
            .Add("subject", Elements.Reference(patient))
            .Add("encounter", Encountered)
            .Add("performedPeriod", Elements.Period(when, when.AddMinutes(55)))
            .AddAll("performer", new ObjectBuilder().Add("actor", Elements.Reference(practitioner)).Build()));

    private FhirObject? Encountered => encounter is null ? null : Elements.Reference(encounter);

    private ObjectBuilder ObservationStart(Term code, string category) => Start("Observation", null)
        .Add("status", "final")
        .AddAll("category", Elements.Concept(Hl7 + "observation-category", category))
        .Add("code", Concept(code))
        .Add("subject", Elements.Reference(patient))
        .Add("encounter", Encountered)
        .Add("effectiveDateTime", when)
        .Add("issued", when)
        .AddAll("performer", Elements.Reference(practitioner));

    private static ObjectBuilder Start(string type, string? securityLabel) => ObjectBuilder.Resource(type)
        .Add("meta", securityLabel is null ? null : new ObjectBuilder().AddAll("security",
            Elements.Coding(Hl7 + "v3-Confidentiality", "R"),
            Elements.Coding(Hl7 + "v3-ActCode", securityLabel)));

    private ObjectBuilder Organization() => ObjectBuilder.Resource("Organization")
        .AddAll("identifier", Elements.Identifier(SyntheticPatients.OrganizationSystem, provider.Identifier))
        .Add("active", true)
        .Add("name", provider.Name);

    private static ObjectBuilder Practitioner(string doctor, string id) => ObjectBuilder.Resource("Practitioner")
        .AddAll("identifier", Elements.Identifier(SyntheticPatients.PractitionerSystem, id))
        .Add("active", true)
        .AddAll("name", new ObjectBuilder()
            .Add("family", doctor.Split(' ')[1])
            .AddTexts("given", doctor.Split(' ')[0])
            .AddTexts("prefix", "Dr.")
            .Build());

    private static FhirObject Concept(Term term) => Elements.Concept(term.System, term.Code, term.Display, term.Display);

    private static FhirObject Component(Measure measure, decimal value) =>
        new ObjectBuilder().Add("code", Concept(measure.Code)).Add("valueQuantity", Quantity(measure, value)).Build();

    private static FhirObject Quantity(Measure measure, decimal value) => new ObjectBuilder()
        .Add("value", value)
        .Add("unit", measure.Unit)
        .Add("system", "http://unitsofmeasure.org")
        .Add("code", measure.UcumCode)
        .Build();

    private string Add(string kind, ObjectBuilder resource)
    {
        string number = entries.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string fullUrl = "urn:uuid:" + SyntheticRandom.Uuid(key, kind, number);
        entries.Add((fullUrl, resource.Build(), null));
        return fullUrl;
    }

    /// <summary>What other visits have too: the same name in each, and created only where it is not there yet.</summary>
    private string AddOnce(ObjectBuilder resource, string system, string identifier) => AddOnce(resource.Build(), system, identifier);

    private string AddOnce(FhirObject resource, string system, string identifier)
    {
        string fullUrl = "urn:uuid:" + SyntheticRandom.Uuid(system, identifier);
        entries.Add((fullUrl, resource, $"identifier={system}|{identifier}"));
        return fullUrl;
    }
}
