using System.Collections.Immutable;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Genesis;

/// <summary>What members and organizations must be beside well-formed, in a genesis as in every configuration after it.</summary>
internal static class MemberChecks
{
    /// <summary>A fault where two members share a key of one kind, or keys are not certified for this network; one verification a member.</summary>
    public static Fault? Of(string network, ImmutableArray<Member> members)
    {
        Func<Member, PublicKey>[] keys = [m => m.Identity, m => m.Validator, m => m.Transport, m => m.Sealing];
        foreach (Func<Member, PublicKey> key in keys)
            if (members.Select(m => key(m).KeyId).Distinct().Count() != members.Length) return new Fault(FaultCode.FormatValue, "Two members have the same key.");
        for (int i = 0; i < members.Length; i++)
            if (!members[i].IsCertified(network)) return new Fault(FaultCode.SignatureInvalid, $"The keys of member {i} are not certified by its identity key for this network.");
        return null;
    }

    /// <summary>A fault where two organizations are the same, or one has a signing key twice.</summary>
    public static Fault? Of(ImmutableArray<Organization> organizations)
    {
        if (organizations.Select(o => o.Identity.KeyId).Distinct().Count() != organizations.Length) return new Fault(FaultCode.FormatValue, "Two organizations have the same identity key.");
        foreach (Organization organization in organizations)
            if (organization.Signing.Select(key => key.KeyId).Distinct().Count() != organization.Signing.Length) return new Fault(FaultCode.FormatValue, "An organization has the same signing key twice.");
        return null;
    }
}
