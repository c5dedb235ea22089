using System.Collections.Immutable;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Client.Governance;

/// <summary>
/// What is to change from one configuration to the next, step by step, and the configuration that comes of it. A member or organization is named by its name or
/// by at least eight digits of its identity key's id. The order of members is kept: who is replaced keeps the place, who is added comes last.
/// </summary>
/// <param name="current">The configuration in force.</param>
/// <param name="organizations">The organizations as they are now.</param>
public sealed class ConfigurationChange(Configuration current, IEnumerable<Organization> organizations)
{
    private const int IdDigitsLeast = 8;
    private readonly List<Member> _members = [.. current.Members];
    private readonly List<Organization> _known = [.. organizations];
    private readonly List<Organization> _changed = [];

    /// <summary>The version of the rules; that of the configuration in force where not set.</summary>
    public int RulesVersion { get; set; } = current.RulesVersion;

    /// <summary>Adds a member with its organization, or an organization that is no member.</summary>
    public Fault? Add(FoundingRequest request)
    {
        if (Unfit(request) is { } unfit) return unfit;
        if (request.Member is { } member)
        {
            if (_members.Exists(each => each.Identity.Equals(member.Identity))) return new Fault(FaultCode.UsageWrong, $"{member.Name} is a member already; replace it to change its keys.");
            _members.Add(member);
        }
        Change(request.Organization);
        return null;
    }

    /// <summary>Removes a member. Its organization stays what it was attested to be, without a member's standing.</summary>
    public Fault? Remove(string name)
    {
        if (!Find(_members, name, member => member.Name, member => member.Identity.KeyId).TryGet(out Member? member, out Fault fault)) return fault;
        _members.Remove(member);
        return _members.Count == 0 ? new Fault(FaultCode.UsageWrong, "A network has at least one member.") : null;
    }

    /// <summary>
    /// Puts another member in a member's place, or the same member with other keys or another endpoint. The organization of the request is changed with it;
    /// that of a member that leaves stays, without a member's standing.
    /// </summary>
    public Fault? Replace(string name, FoundingRequest request)
    {
        if (Unfit(request) is { } unfit) return unfit;
        if (request.Member is not { } next) return new Fault(FaultCode.UsageWrong, "The request is of an organization that runs no node.");
        if (!Find(_members, name, member => member.Name, member => member.Identity.KeyId).TryGet(out Member? member, out Fault fault)) return fault;
        if (!next.Identity.Equals(member.Identity) && _members.Exists(each => each.Identity.Equals(next.Identity))) return new Fault(FaultCode.UsageWrong, $"{next.Name} is a member already.");
        _members[_members.IndexOf(member)] = next;
        Change(request.Organization);
        return null;
    }

    /// <summary>Withdraws an organization: from then on no statement of it is taken. A member is removed first.</summary>
    public Fault? Withdraw(string name)
    {
        if (!Find(_known, name, organization => organization.Name, organization => organization.Identity.KeyId).TryGet(out Organization? organization, out Fault fault)) return fault;
        if (_members.Exists(member => member.Identity.Equals(organization.Identity))) return new Fault(FaultCode.UsageWrong, $"{organization.Name} is a member; remove it, too.");
        Change(organization with { Signing = [], Roles = OrganizationRoles.None });
        return null;
    }

    /// <summary>The configuration that comes of it, checked as the ledger will check it; a fault where members' keys do not fit together.</summary>
    public Result<Configuration> Make() => ConfigurationCodec.Follow(current, RulesVersion, [.. _members], [.. _changed]);

    private void Change(Organization organization)
    {
        // What stays as it is need not be said again.
        if (_known.Find(each => each.Identity.Equals(organization.Identity)) is { } known && Same(known, organization)) return;
        _changed.RemoveAll(each => each.Identity.Equals(organization.Identity));
        _changed.Add(organization);
    }

    private Fault? Unfit(FoundingRequest request) =>
        request.Network == current.Network ? null : new Fault(FaultCode.PlaceWrong, $"The request of {request.Organization.Name} is for the network {request.Network}, not {current.Network}.");

    private static bool Same(Organization one, Organization other) =>
        one.Name == other.Name && one.Roles == other.Roles && one.Sealing.Equals(other.Sealing) && one.Signing.SequenceEqual(other.Signing);

    private static Result<T> Find<T>(List<T> all, string name, Func<T, string> nameOf, Func<T, Hash32> idOf)
        where T : class
    {
        T[] found = [.. all.Where(each => nameOf(each).Equals(name, StringComparison.OrdinalIgnoreCase))];
        if (found.Length == 0 && name.Length >= IdDigitsLeast) found = [.. all.Where(each => idOf(each).ToString().StartsWith(name, StringComparison.OrdinalIgnoreCase))];
        return found.Length switch
        {
            1 => found[0],
            0 => new Fault(FaultCode.NameUnknown, $"There is none of the name or identity \"{name}\"."),
            _ => new Fault(FaultCode.NameUnknown, $"There are {found.Length} of the name \"{name}\"; name one by its identity."),
        };
    }
}
