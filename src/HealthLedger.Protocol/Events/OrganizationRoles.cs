namespace HealthLedger.Protocol.Events;

/// <summary>What the consortium has attested an organization to be (bits; FORMATS.md section 5).</summary>
[Flags]
public enum OrganizationRoles : ushort
{
    /// <summary>Nothing attested.</summary>
    None = 0,

    /// <summary>Provides care.</summary>
    Provider = 1,

    /// <summary>A laboratory.</summary>
    Laboratory = 2,

    /// <summary>Pays for care.</summary>
    Payer = 4,

    /// <summary>A public body.</summary>
    Agency = 8,

    /// <summary>Keeps shares of emergency keys.</summary>
    Custodian = 16,

    /// <summary>Audits.</summary>
    Auditor = 32,

    /// <summary>An emergency service.</summary>
    Emergency = 64,

    /// <summary>Does research.</summary>
    Researcher = 128,

    /// <summary>A pharmacy.</summary>
    Pharmacy = 256,
}
