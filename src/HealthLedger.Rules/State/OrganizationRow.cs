using System.Text;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Rules.State;

/// <summary>
/// An organization in the directory, as it is since one height of shard 0 and until its next row. One that a configuration withdrew has no signing keys.
/// <code>
/// u16 roles | u16 member index + 1 (0: no member) | 65 bytes identity key | 65 bytes sealing key | u16 n | n x hash signing key id | u16 bytes | name
/// </code>
/// </summary>
public sealed record OrganizationRow
{
    /// <summary>Its name for people.</summary>
    public required string Name { get; init; }

    /// <summary>What the consortium has attested it to be.</summary>
    public required OrganizationRoles Roles { get; init; }

    /// <summary>Its index among the members; null when it is none.</summary>
    public int? Member { get; init; }

    /// <summary>The uncompressed point of its identity key.</summary>
    public required ReadOnlyMemory<byte> IdentityKey { get; init; }

    /// <summary>The uncompressed point that others seal to.</summary>
    public required ReadOnlyMemory<byte> SealingKey { get; init; }

    /// <summary>The ids of the keys that sign its statements; their rows are in the table of keys.</summary>
    public required IReadOnlyList<Hash32> SigningKeys { get; init; }

    /// <summary>True where the organization's statements are no longer taken.</summary>
    public bool IsWithdrawn => SigningKeys.Count == 0;

    /// <summary>The id of its identity key: one hash.</summary>
    public Hash32 IdentityKeyId() => Protocol.Keys.PublicKey.FromSec1(IdentityKey.Span).Value.KeyId;

    internal byte[] Encode(RowWriter writer)
    {
        byte[] name = Encoding.UTF8.GetBytes(Name);
        writer.Start().U16((int)Roles).U16(Member is { } member ? member + 1 : 0).Bytes(IdentityKey.Span).Bytes(SealingKey.Span).U16(SigningKeys.Count);
        foreach (Hash32 key in SigningKeys) writer.Hash(key);
        return writer.U16(name.Length).Bytes(name).ToArray();
    }

    internal static OrganizationRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        OrganizationRoles roles = (OrganizationRoles)row.U16();
        int member = row.U16();
        byte[] identity = row.Bytes(65).ToArray(), sealing = row.Bytes(65).ToArray();
        Hash32[] keys = new Hash32[row.U16()];
        for (int i = 0; i < keys.Length; i++) keys[i] = row.Hash();
        string name = Encoding.UTF8.GetString(row.Bytes(row.U16()));
        return new OrganizationRow { Name = name, Roles = roles, Member = member == 0 ? null : member - 1, IdentityKey = identity, SealingKey = sealing, SigningKeys = keys };
    }
}
