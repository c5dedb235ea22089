using System.Collections.Immutable;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Genesis;

/// <summary>
/// An organization of the genesis or of a later configuration (FORMATS.md section 5). A member is one too, under the same identity key. One that a
/// configuration withdraws has neither signing keys nor roles.
/// </summary>
/// <param name="Name">What people call it, 1 to 100 bytes.</param>
/// <param name="Identity">The key that is the organization; its did follows from it.</param>
/// <param name="Signing">The keys that sign its statements, 1 to 16; none where it is withdrawn.</param>
/// <param name="Sealing">The key that others seal to.</param>
/// <param name="Roles">At least one; none where it is withdrawn.</param>
public sealed record Organization(string Name, PublicKey Identity, ImmutableArray<PublicKey> Signing, PublicKey Sealing, OrganizationRoles Roles)
{
    /// <summary>Most signing keys.</summary>
    public const int SigningKeysMax = 16;

    /// <summary>Every role at once.</summary>
    private const int RolesMax = 2 * (int)OrganizationRoles.Pharmacy - 1;

    /// <summary>True where a configuration says that the organization's statements are no longer taken.</summary>
    public bool IsWithdrawn => Signing.IsEmpty;

    internal void Write(CborWriter writer)
    {
        writer.WriteMapStart(5);
        writer.WriteUInt(1);
        writer.WriteText(Name);
        writer.WriteUInt(2);
        writer.WriteSigningKey(Identity);
        writer.WriteUInt(3);
        writer.WriteArrayStart(Signing.Length);
        foreach (PublicKey key in Signing) writer.WriteSigningKey(key);
        writer.WriteUInt(4);
        writer.WriteSealingKey(Sealing);
        writer.WriteUInt(5);
        writer.WriteUInt((ulong)Roles);
    }

    internal static Organization? Read(ref CborReader reader, bool mayBeWithdrawn = false)
    {
        if (reader.ReadMapStart() != 5) reader.Fail("An organization has 5 fields.");
        reader.ReadKey(1);
        string name = reader.ReadText(Member.NameBytesMax);
        reader.ReadKey(2);
        PublicKey? identity = reader.ReadSigningKey();
        reader.ReadKey(3);
        int count = reader.ReadArrayStart();
        if (!reader.Failed && (count > SigningKeysMax || (count == 0 && !mayBeWithdrawn))) reader.Fail($"An organization has 1 to {SigningKeysMax} signing keys.", FaultCode.FormatLimit);
        ImmutableArray<PublicKey>.Builder signing = ImmutableArray.CreateBuilder<PublicKey>();
        for (int i = 0; i < count && !reader.Failed; i++)
            if (reader.ReadSigningKey() is { } key) signing.Add(key);
        reader.ReadKey(4);
        PublicKey? sealing = reader.ReadSealingKey();
        reader.ReadKey(5);
        int roles = reader.ReadInt32(RolesMax);
        if (!reader.Failed && (name.Length == 0 || (roles == 0) != (count == 0))) reader.Fail("An organization has a name and a role.", FaultCode.FormatValue);
        return reader.Failed ? null : new Organization(name, identity!, signing.ToImmutable(), sealing!, (OrganizationRoles)roles);
    }
}
