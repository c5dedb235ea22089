using HealthLedger.Protocol.Events;

namespace HealthLedger.Rules.Contracts;

/// <summary>What version 1 of the rules bounds. Replicas must agree, so these are part of the version.</summary>
public static class RuleLimits
{
    /// <summary>How far a statement's issuedAt may be ahead of block time.</summary>
    public const long EarlyMilliseconds = 5_000;

    /// <summary>How long a statement may be valid, and a replaced key may go on signing.</summary>
    public const long DayMilliseconds = 24 * 60 * 60 * 1_000;

    /// <summary>Statements that a shard remembers at a time.</summary>
    public const long StatementsRemembered = 2_097_152;

    /// <summary>Expired statements that one block forgets: twice what it can take, so that the queue drains.</summary>
    public const int StatementsForgotten = 2_048;

    /// <summary>Replaced keys of an identity that may run out at the same time.</summary>
    public const int EndingKeys = 8;

    /// <summary>Segments of one owner under one subject.</summary>
    public const int SegmentsOfOwner = 64;

    /// <summary>Running grants of one subject to one grantee: bounds the cost of a decision.</summary>
    public const int GrantsOfPair = 64;

    /// <summary>Roles that may open segments of their own and add records to them.</summary>
    public const OrganizationRoles Depositors = OrganizationRoles.Provider | OrganizationRoles.Laboratory | OrganizationRoles.Pharmacy | OrganizationRoles.Emergency;

    /// <summary>True for the purposes for which an owner or steward reads without a grant.</summary>
    public static bool IsOwnPurpose(Purpose purpose) => purpose is Purpose.Treatment or Purpose.EmergencyTreatment or Purpose.PatientRequest
        or Purpose.Payment or Purpose.Operations or Purpose.CareCoordination;
}
