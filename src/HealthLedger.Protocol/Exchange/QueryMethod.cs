namespace HealthLedger.Protocol.Exchange;

/// <summary>What a signed query asks for (FORMATS.md section 8). The number is signed and never reused.</summary>
public enum QueryMethod
{
    /// <summary>A patient's counter, keys, segments, and what is sealed to the asker: <see cref="PatientHeadRequest"/> → <see cref="PatientHead"/>.</summary>
    PatientHead = 1,

    /// <summary>Which of the asker's own record keys are in the ledger: <see cref="RecordKeysRequest"/> → <see cref="RecordKeysAnswer"/>.</summary>
    RecordKeys = 2,

    /// <summary>What a committed permit opens: <see cref="ReleaseRequest"/> → <see cref="ReleasePage"/>.</summary>
    Release = 3,

    /// <summary>Who did what under a patient, for the patient or its steward: <see cref="AccessLogRequest"/> → <see cref="LogPage"/>.</summary>
    AccessLog = 4,

    /// <summary>Where logical resources lie and which versions they have: <see cref="ResourcesRequest"/> → <see cref="ResourcesAnswer"/>.</summary>
    Resources = 5,

    /// <summary>A patient's grants, all for the patient or its steward, else those to the asker: <see cref="GrantsRequest"/> → <see cref="GrantsAnswer"/>.</summary>
    Grants = 6,

    /// <summary>The receipt of one entry: <see cref="ReceiptRequest"/> → a receipt of FORMATS.md section 5.</summary>
    Receipt = 7,
}
