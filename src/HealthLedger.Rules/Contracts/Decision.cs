using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Contracts;

/// <summary>What was decided about an access, before its record list is computed.</summary>
internal readonly struct Decision
{
    /// <summary>True for a permit.</summary>
    public bool IsPermit { get; private init; }

    /// <summary>Of a permit the authority, of a denial the reason.</summary>
    public FaultCode Reason { get; private init; }

    /// <summary>The whole segments that a permit opens, ascending; empty where it opens named records.</summary>
    public IReadOnlyList<Id16> Segments { get; private init; }

    /// <summary>The grant it rests on; null for none.</summary>
    public Id16? Grant { get; private init; }

    /// <summary>The row of that grant.</summary>
    public GrantLiveRow Live { get; private init; }

    public static Decision Deny(FaultCode reason) => new() { Reason = reason, Segments = [] };

    public static Decision Permit(FaultCode authority, IReadOnlyList<Id16> segments) => new() { IsPermit = true, Reason = authority, Segments = segments };

    public static Decision Permit(IReadOnlyList<Id16> segments, Id16 grant, GrantLiveRow live) =>
        new() { IsPermit = true, Reason = FaultCode.PermittedGrant, Segments = segments, Grant = grant, Live = live };
}
