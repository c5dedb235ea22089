using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Execution;

/// <summary>The rows that a shard has at height 0.</summary>
public static class GenesisState
{
    /// <summary>
    /// Shard 0: organizations with their keys, and the configuration of the founders. A member without an entry of its own among the organizations has no roles, and its
    /// identity key signs. The other shards: none. Ascending by key.
    /// </summary>
    public static IReadOnlyList<Row> Rows(GenesisFile genesis, int shard)
    {
        if (shard != Shards.Directory) return [];
        RowWriter writer = new();
        SortedDictionary<byte[], byte[]> rows = new(RowBytesComparer.Instance);
        Dictionary<Hash32, Organization> organizations = genesis.Organizations.ToDictionary(organization => organization.Identity.KeyId);
        List<Hash32> members = [];
        for (int i = 0; i < genesis.Configuration.Members.Length; i++)
        {
            Member member = genesis.Configuration.Members[i];
            Hash32 did = genesis.DidOf(member.Identity).Id;
            members.Add(did);
            if (organizations.Remove(member.Identity.KeyId, out Organization? own)) Add(own.Name, own.Identity, own.Signing, own.Sealing, own.Roles, i);
            else Add(member.Name, member.Identity, [member.Identity], member.Sealing, OrganizationRoles.None, i);
        }
        foreach (Organization organization in genesis.Organizations)
            if (organizations.ContainsKey(organization.Identity.KeyId)) Add(organization.Name, organization.Identity, organization.Signing, organization.Sealing, organization.Roles, null);
        ConfigurationRow founders = new() { DecidedHeight = 0, Leaf = 0, Hash = genesis.Hash, RulesVersion = genesis.Configuration.RulesVersion, Members = members, Bytes = default };
        rows.Add(RowKey.Of(Table.Configuration).Add(0L).ToArray(), founders.Encode(writer));
        return [.. rows.Select(row => new Row(row.Key, row.Value))];

        void Add(string name, PublicKey identity, IReadOnlyList<PublicKey> signing, PublicKey sealing, OrganizationRoles roles, int? member)
        {
            Hash32 did = genesis.DidOf(identity).Id;
            OrganizationRow row = new()
            {
                Name = name,
                Roles = roles,
                Member = member,
                IdentityKey = identity.Sec1.ToArray(),
                SealingKey = sealing.Sec1.ToArray(),
                SigningKeys = [.. signing.Select(key => key.KeyId)],
            };
            rows.Add(RowKey.Of(Table.Organization, did).Add(0L).ToArray(), row.Encode(writer));
            foreach (PublicKey key in signing)
                rows.Add(RowKey.Of(Table.Key, did).Add(key.KeyId).ToArray(), new KeyRow { Sec1 = key.Sec1.ToArray(), From = 0, End = KeyRow.NoEnd }.Encode(writer));
        }
    }
}
