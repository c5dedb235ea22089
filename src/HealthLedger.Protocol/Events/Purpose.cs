namespace HealthLedger.Protocol.Events;

/// <summary>Why somebody reads: the HL7 purposes of use that the ledger knows (FORMATS.md section 2).</summary>
public enum Purpose : byte
{
    /// <summary>TREAT: treatment. A grant for it also admits <see cref="CareCoordination"/>.</summary>
    Treatment = 1,

    /// <summary>ETREAT: emergency treatment.</summary>
    EmergencyTreatment = 2,

    /// <summary>BTG: break the glass.</summary>
    BreakTheGlass = 3,

    /// <summary>PATRQT: the patient asked.</summary>
    PatientRequest = 4,

    /// <summary>HPAYMT: payment.</summary>
    Payment = 5,

    /// <summary>HOPERAT: operations of care.</summary>
    Operations = 6,

    /// <summary>HRESCH: research.</summary>
    Research = 7,

    /// <summary>PUBHLTH: public health.</summary>
    PublicHealth = 8,

    /// <summary>COC: coordination of care.</summary>
    CareCoordination = 9,

    /// <summary>CLINTRL: a clinical trial.</summary>
    ClinicalTrial = 10,

    /// <summary>FAMRQT: the family asked.</summary>
    FamilyRequest = 11,

    /// <summary>HMARKT: marketing.</summary>
    Marketing = 12,
}
