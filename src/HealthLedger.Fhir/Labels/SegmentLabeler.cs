using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Labels;

/// <summary>
/// Which segment a resource belongs to. A sensitivity label in <c>meta.security</c> decides; then any clinical code in it
/// that the table knows as sensitive; then its categories; then its type. A resource that fits several sensitive segments
/// goes to the first of <see cref="Segments.Sensitive"/>: a reader needs a grant for that one.
/// </summary>
public static class SegmentLabeler
{
    private const string ConfidentialitySystem = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
    private const string OldConfidentialitySystem = "http://hl7.org/fhir/v3/Confidentiality";

    /// <summary>The label. O(size); deterministic.</summary>
    public static SegmentLabel Label(FhirResource resource)
    {
        Findings found = default;
        Security(resource.Root, ref found);
        foreach (FhirNode contained in resource.Root.Each("contained"))
            if (contained is FhirObject inner) Security(inner, ref found);
        uint byLabel = found.Sensitive;
        Walk(resource.Root, ref found);
        Confidentiality level = found.Level ?? Confidentiality.Normal;
        if (found.Sensitive == 0)
        {
            return new SegmentLabel(ByType(resource), level, LabelSource.Type, []);
        }
        if (level < Confidentiality.Restricted) level = Confidentiality.Restricted;
        string first = First(byLabel != 0 ? byLabel : found.Sensitive);
        LabelSource source = byLabel != 0 ? LabelSource.SecurityLabel : LabelSource.Code;
        return new SegmentLabel(first, level, source, All(found.Sensitive));
    }

    private static void Security(FhirObject root, ref Findings found)
    {
        if (root.Object("meta") is not { } meta) return;
        foreach (FhirNode item in meta.Each("security"))
        {
            if (item is not FhirObject label || label.Text("code") is not { } code) continue;
            if (label.Text("system") is ConfidentialitySystem or OldConfidentialitySystem)
            {
                int level = code.Length == 1 ? "ULMNRV".IndexOf(code[0]) : -1;
                if (level >= 0) found.Raise((Confidentiality)level);
            }
            else if (CodeTable.Instance.Find(label.Text("system"), code) is { } segment)
            {
                found.Note(segment);
                if (segment == CodeTable.Restricted) found.Raise(Confidentiality.Restricted);
            }
        }
    }

    /// <summary>Looks at every coding: an object with a system and a code.</summary>
    private static void Walk(FhirObject node, ref Findings found)
    {
        string? system = null;
        string? code = null;
        foreach (ref readonly FhirMember member in node.Span)
        {
            switch (member.Value)
            {
                case FhirObject inner:
                    Walk(inner, ref found);
                    break;
                case FhirArray array:
                    foreach (FhirNode item in array.Span)
                        if (item is FhirObject inner) Walk(inner, ref found);
                    break;
                case FhirValue { Kind: FhirValueKind.String } text when member.Name == "system":
                    system = text.Text;
                    break;
                case FhirValue { Kind: FhirValueKind.String } text when member.Name == "code":
                    code = text.Text;
                    break;
            }
        }
        if (system is not null && code is not null && CodeTable.Instance.Find(system, code) is { } segment) found.Note(segment);
    }

    private static string ByType(FhirResource resource)
    {
        switch (resource.Type)
        {
            case "AllergyIntolerance":
                return Segments.Allergies;
            case "MedicationRequest" or "MedicationStatement" or "MedicationDispense" or "MedicationAdministration" or "Medication"
                or "MedicationKnowledge":
                return Segments.Medications;
            case "Immunization" or "ImmunizationEvaluation" or "ImmunizationRecommendation":
                return Segments.Immunizations;
            case "Specimen":
                return Segments.Laboratory;
            case "ImagingStudy" or "Media":
                return Segments.Imaging;
            case "MolecularSequence":
                return Segments.Genetics;
            case "Claim" or "ClaimResponse" or "ExplanationOfBenefit" or "Coverage" or "CoverageEligibilityRequest"
                or "CoverageEligibilityResponse" or "Account" or "Invoice" or "ChargeItem" or "PaymentNotice"
                or "PaymentReconciliation" or "EnrollmentRequest" or "EnrollmentResponse":
                return Segments.Financial;
            case "Observation" or "DiagnosticReport" or "ServiceRequest" or "DocumentReference":
                return ByCategory(resource.Root) ?? Segments.General;
            default:
                return Segments.General;
        }
    }

    private static string? ByCategory(FhirObject root)
    {
        foreach (FhirNode category in root.Each("category"))
        {
            if (category is not FhirObject concept) continue;
            foreach (FhirNode item in concept.Each("coding"))
                if (item is FhirObject coding && coding.Text("code") is { } code
                    && CodeTable.Instance.Category(code) is { } segment) return segment;
        }
        return null;
    }

    private static string First(uint sensitive)
    {
        for (int i = 0; ; i++)
            if ((sensitive & (1u << i)) != 0) return Segments.Sensitive[i];
    }

    private static IReadOnlyList<string> All(uint sensitive) =>
        Segments.Sensitive.Where((_, i) => (sensitive & (1u << i)) != 0).ToArray();

    /// <summary>Sensitive segments as bits, in the order of <see cref="Segments.Sensitive"/>; the highest level seen.</summary>
    private struct Findings
    {
        public uint Sensitive;
        public Confidentiality? Level;

        public void Raise(Confidentiality level)
        {
            if (Level is null || Level < level) Level = level;
        }

        public void Note(string segment)
        {
            for (int i = 0; i < Segments.Sensitive.Count; i++)
                if (Segments.Sensitive[i] == segment) Sensitive |= 1u << i;
        }
    }
}
