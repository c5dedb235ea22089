using System.Runtime.InteropServices;
using System.Text;

namespace HealthLedger.Fhir.Json;

/// <summary>
/// The names and short values that most FHIR resources repeat, so that a parse shares one string instead of making
/// hundreds. A miss costs one hash; the table never changes after start.
/// </summary>
internal static class CommonTexts
{
    private const string Words =
        "resourceType id meta profile versionId lastUpdated source security tag text status div extension url " +
        "modifierExtension contained language implicitRules identifier system value type use assigner period start end " +
        "coding code display userSelected reference subject patient encounter context performer author recorder asserter " +
        "requester category name family given prefix suffix telecom rank gender birthDate deceasedDateTime deceasedBoolean " +
        "address line city district state postalCode country maritalStatus multipleBirthBoolean multipleBirthInteger " +
        "communication preferred contact relationship organization generalPractitioner managingOrganization link other " +
        "active effectiveDateTime effectivePeriod issued valueQuantity valueCodeableConcept valueString valueBoolean " +
        "valueInteger valueCode valueDecimal valueUri valueReference valueCoding valueDateTime valueDate valueAddress " +
        "valueIdentifier unit component interpretation referenceRange low high note bodySite method device hasMember " +
        "derivedFrom dataAbsentReason onsetDateTime onsetPeriod onsetAge onsetString abatementDateTime recordedDate " +
        "clinicalStatus verificationStatus severity stage evidence criticality reaction manifestation substance " +
        "onset lastOccurrence allergyIntolerance medicationCodeableConcept medicationReference intent authoredOn " +
        "reasonReference reasonCode dosageInstruction dosage sequence timing repeat frequency periodUnit asNeededBoolean " +
        "doseAndRate doseQuantity route dispenseRequest quantity validityPeriod numberOfRepeatsAllowed supportingInformation " +
        "class classHistory participant individual serviceProvider location hospitalization dischargeDisposition " +
        "vaccineCode occurrenceDateTime primarySource lotNumber manufacturer performedPeriod performedDateTime outcome " +
        "complication followUp focalDevice usedReference result presentedForm contentType data title creation attachment " +
        "content format custodian date docStatus related series started numberOfSeries numberOfInstances modality uid " +
        "sopClass number instance activity detail goal addresses careTeam careTeamDefault member role onBehalfOf " +
        "billablePeriod created provider insurer facility prescription payee priority insurance focal coverage item " +
        "sequenceLinkId productOrService servicedPeriod locationCodeableConcept net adjudication amount currency total " +
        "diagnosis diagnosisSequence diagnosisReference procedure procedureSequence procedureReference information " +
        "informationSequence encounterLinkId payment careTeamSequence referral claim claimResponse request fullUrl " +
        "resource entry method ifNoneExist ifMatch response etag lastModified search mode score relation agent who " +
        "recorded target policy entity what lifecycle udiCarrier deviceIdentifier carrierHRF distinctIdentifier " +
        "manufactureDate expirationDate serialNumber deviceName physicalType position longitude latitude practitioner " +
        "specialty healthcareService qualification kind parameter part resourceBundle subpotent " +
        "final active inactive completed finished resolved confirmed order official home usual temp old generated " +
        "laboratory vital-signs survey social-history procedure exam imaging encounter-diagnosis problem-list-item " +
        "male female phone email transaction batch collection POST PUT GET true false outpatient AMB IMP EMER " +
        "http://loinc.org http://snomed.info/sct http://unitsofmeasure.org http://hl7.org/fhir/sid/cvx " +
        "http://hl7.org/fhir/sid/us-npi http://hl7.org/fhir/sid/us-ssn http://www.nlm.nih.gov/research/umls/rxnorm " +
        "http://terminology.hl7.org/CodeSystem/observation-category http://terminology.hl7.org/CodeSystem/v3-ActCode " +
        "http://terminology.hl7.org/CodeSystem/condition-clinical http://terminology.hl7.org/CodeSystem/adjudication " +
        "http://terminology.hl7.org/CodeSystem/condition-ver-status http://terminology.hl7.org/CodeSystem/v2-0203 " +
        "http://terminology.hl7.org/CodeSystem/condition-category http://terminology.hl7.org/CodeSystem/v3-Confidentiality " +
        "https://github.com/synthetichealth/synthea text/plain application/dicom USD kg cm mmol/L mg/dL /min mm[Hg] " +
        "Patient Observation Condition Encounter Procedure Immunization MedicationRequest DiagnosticReport Claim " +
        "ExplanationOfBenefit CarePlan CareTeam Practitioner PractitionerRole Organization Location AllergyIntolerance " +
        "Medication MedicationAdministration DocumentReference Device ImagingStudy Goal Provenance SupplyDelivery Bundle";

    private const int SlotCount = 2048;
    private const int LongestShared = 64;
    private static readonly (byte[] Utf8, string Text)[] Slots = Fill();

    /// <summary>The text of these bytes, which are valid UTF-8: shared when it is common, else a new string.</summary>
    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0) return "";
        if (utf8.Length <= LongestShared)
        {
            for (int at = Hash(utf8) % SlotCount; Slots[at].Utf8 is { } known; at = (at + 1) % SlotCount)
                if (utf8.SequenceEqual(known)) return Slots[at].Text;
        }
        return Encoding.UTF8.GetString(utf8);
    }

    private static (byte[], string)[] Fill()
    {
        (byte[] Utf8, string Text)[] slots = new (byte[], string)[SlotCount];
        foreach (string word in Words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct())
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(word);
            int at = Hash(utf8) % SlotCount;
            while (slots[at].Utf8 is not null) at = (at + 1) % SlotCount;
            slots[at] = (utf8, string.Intern(word));
        }
        return slots;
    }

    /// <summary>Length, first, middle and last bytes: enough to spread names, cheap, and a miss is harmless.</summary>
    private static int Hash(ReadOnlySpan<byte> utf8)
    {
        uint hash = (uint)utf8.Length * 0x9E3779B1;
        if (utf8.Length >= 4)
        {
            hash ^= MemoryMarshal.Read<uint>(utf8) * 0x85EBCA6B;
            hash = (hash ^ MemoryMarshal.Read<uint>(utf8[^4..])) * 0xC2B2AE35;
            hash = (hash ^ MemoryMarshal.Read<uint>(utf8[(utf8.Length / 2 - 2)..])) * 0x27D4EB2F;
        }
        else
        {
            foreach (byte b in utf8) hash = (hash ^ b) * 0x01000193;
        }
        return (int)((hash ^ (hash >> 15)) & int.MaxValue);
    }
}
