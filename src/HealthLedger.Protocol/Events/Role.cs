namespace HealthLedger.Protocol.Events;

/// <summary>In which role a person reads; the organization vouches for it (FORMATS.md section 2).</summary>
public enum Role : byte
{
    /// <summary>A physician or other clinician.</summary>
    Clinician = 1,

    /// <summary>A nurse.</summary>
    Nurse = 2,

    /// <summary>Laboratory staff.</summary>
    Laboratory = 3,

    /// <summary>Pharmacy staff.</summary>
    Pharmacy = 4,

    /// <summary>Administrative staff.</summary>
    Administrator = 5,

    /// <summary>The patient.</summary>
    Patient = 6,

    /// <summary>A system without a person in front of it.</summary>
    System = 7,

    /// <summary>A researcher.</summary>
    Researcher = 8,

    /// <summary>A clinician in an emergency.</summary>
    EmergencyClinician = 9,
}
