using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Contracts;

/// <summary>
/// What a configuration does to the organizations of the directory, from the height at which it is decided. Organizations that it lists are added, changed or
/// withdrawn. Every member is an organization: one that is not in the directory yet gets no roles, and its identity key signs. Who is no longer a member keeps
/// its organization, without a member's standing, unless the configuration withdraws it.
/// </summary>
internal static class DirectoryChange
{
    /// <summary>True unless a configuration withdraws one of its own members, or an organization that is not there.</summary>
    public static bool WithdrawsRightly(Configuration next, RuleContext context) => next.Organizations.Where(organization => organization.IsWithdrawn).All(organization =>
        context.Directory.TryGet(IdOf(organization.Identity, context), out _) && !next.Members.Any(member => member.Identity.Equals(organization.Identity)));

    /// <summary>Writes the rows of all organizations that change: of members in their order, then of those listed, then of those who were members.</summary>
    public static void Apply(ConfigurationRow current, Configuration next, ConfigurationRow row, RuleContext context)
    {
        HashSet<Hash32> done = [];
        for (int i = 0; i < next.Members.Length; i++)
        {
            Member member = next.Members[i];
            done.Add(row.Members[i]);
            OrganizationRow? before = context.Directory.Newest(row.Members[i]);
            OrganizationRow after = next.Organizations.FirstOrDefault(organization => organization.Identity.Equals(member.Identity)) is { } listed ? RowOf(listed, context)
                : before is null || before.IsWithdrawn || IsOfMember(before) ? RowOf(member, context)
                : before;
            Put(row.Members[i], before, after with { Member = i }, context);
        }
        foreach (Organization organization in next.Organizations)
        {
            Hash32 did = IdOf(organization.Identity, context);
            if (done.Add(did)) Put(did, context.Directory.Newest(did), RowOf(organization, context), context);
        }
        foreach (Hash32 did in current.Members)
            if (done.Add(did) && context.Directory.Newest(did) is { } before) Put(did, before, before with { Member = null }, context);
    }

    private static void Put(Hash32 did, OrganizationRow? before, OrganizationRow after, RuleContext context)
    {
        byte[] encoded = after.Encode(context.Writer);
        if (before is not null && encoded.AsSpan().SequenceEqual(before.Encode(context.Writer))) return;
        context.State.Put(RowKey.Of(Table.Organization, did).Add(context.Height), encoded);
    }

    private static OrganizationRow RowOf(Organization organization, RuleContext context)
    {
        PutKeys(organization.Identity, organization.Signing, context);
        return new OrganizationRow
        {
            Name = organization.Name,
            Roles = organization.Roles,
            IdentityKey = organization.Identity.Sec1.ToArray(),
            SealingKey = organization.Sealing.Sec1.ToArray(),
            SigningKeys = [.. organization.Signing.Select(key => key.KeyId)],
        };
    }

    private static OrganizationRow RowOf(Member member, RuleContext context) =>
        RowOf(new Organization(member.Name, member.Identity, [member.Identity], member.Sealing, OrganizationRoles.None), context);

    /// <summary>True for what was made of a member that nobody lists, and follows that member's keys.</summary>
    private static bool IsOfMember(OrganizationRow row) => row.Roles == OrganizationRoles.None && row.SigningKeys.Count == 1 && row.SigningKeys[0] == row.IdentityKeyId();

    /// <summary>A key's row never changes: which of an organization's keys sign, its own row says.</summary>
    private static void PutKeys(PublicKey identity, IEnumerable<PublicKey> signing, RuleContext context)
    {
        Hash32 did = IdOf(identity, context);
        foreach (PublicKey key in signing)
        {
            RowKey at = RowKey.Of(Table.Key, did).Add(key.KeyId);
            if (!context.State.Contains(at)) context.State.Put(at, new KeyRow { Sec1 = key.Sec1.ToArray(), From = 0, End = KeyRow.NoEnd }.Encode(context.Writer));
        }
    }

    private static Hash32 IdOf(PublicKey identity, RuleContext context) => GenesisFile.DidOf(context.Network, identity).Id;
}
