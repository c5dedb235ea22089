namespace HealthLedger.Protocol.Events;

/// <summary>The types of events that exist (FORMATS.md section 2). A number is never reused.</summary>
public static class EventType
{
    /// <summary>A patient's identity begins.</summary>
    public const uint IdentityIncept = 100;

    /// <summary>A patient's key is replaced.</summary>
    public const uint IdentityRotate = 101;

    /// <summary>A wallet takes over from the steward.</summary>
    public const uint IdentityClaim = 102;

    /// <summary>An organization opens its own subject for shared resources.</summary>
    public const uint OrganizationShared = 110;

    /// <summary>A segment of a record begins.</summary>
    public const uint SegmentOpen = 200;

    /// <summary>A segment's key is replaced.</summary>
    public const uint SegmentRotate = 201;

    /// <summary>A record is added.</summary>
    public const uint RecordAdd = 300;

    /// <summary>A record is followed by a newer version.</summary>
    public const uint RecordAmend = 301;

    /// <summary>A record was entered in error.</summary>
    public const uint RecordRetract = 302;

    /// <summary>A consent is given.</summary>
    public const uint GrantCreate = 400;

    /// <summary>A consent is withdrawn.</summary>
    public const uint GrantRevoke = 401;

    /// <summary>The closing entry of a consent that has ended by time or use.</summary>
    public const uint GrantClose = 402;

    /// <summary>Somebody asks to read.</summary>
    public const uint AccessRequest = 500;

    /// <summary>A policy or key statement is registered by its hash.</summary>
    public const uint DirectoryNote = 900;

    /// <summary>A member proposes who shall vote next.</summary>
    public const uint ConfigurationPropose = 910;

    /// <summary>A member approves a proposed configuration.</summary>
    public const uint ConfigurationApprove = 911;
}
