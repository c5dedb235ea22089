namespace HealthLedger.Protocol.Events;

/// <summary>How long the lists in bodies may be.</summary>
public static class BodyLimits
{
    /// <summary>Segments that one grant or access names.</summary>
    public const int Segments = 64;

    /// <summary>Records that one grant or access names.</summary>
    public const int Records = 256;

    /// <summary>Vault objects that one event names.</summary>
    public const int Objects = 256;

    /// <summary>Uses that a grant may count.</summary>
    public const uint Uses = 1_000_000;
}
