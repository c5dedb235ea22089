namespace HealthLedger.Gateway.Smart;

/// <summary>What a scope permits; the order of the bits is the order of SMART v2's letters.</summary>
[Flags]
public enum ScopeAccess
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Type level create.</summary>
    Create = 1,

    /// <summary>Instance level read, vread and history.</summary>
    Read = 2,

    /// <summary>Instance level update and patch.</summary>
    Update = 4,

    /// <summary>Instance level delete.</summary>
    Delete = 8,

    /// <summary>Type level search and history.</summary>
    Search = 16,

    /// <summary>All of them.</summary>
    All = 31,
}
