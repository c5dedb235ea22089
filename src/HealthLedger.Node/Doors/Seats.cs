using HealthLedger.Actors.Network;
using HealthLedger.Client.Keys;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Node.Doors;

/// <summary>The organizations whose keys are in a node's folder.</summary>
internal static class Seats
{
    /// <summary>The member's own first, then those beside it, by folder name.</summary>
    public static Result<IReadOnlyList<Seated>> Of(MemberFolder folder)
    {
        List<Seated> seated = [];
        foreach (PartyFolder party in folder.Member is null ? folder.Organizations : [folder.Member, .. folder.Organizations])
        {
            if (!Of(party).TryGet(out Seated? one, out Fault fault)) return fault;
            seated.Add(one);
        }
        return Result<IReadOnlyList<Seated>>.Ok(seated);
    }

    private static Result<Seated> Of(PartyFolder party)
    {
        if (!party.ReadSigning().TryGet(out SigningKey? signing, out Fault fault)) return fault;
        if (!party.ReadSealing().TryGet(out SealingKey? sealing, out fault)) return fault;
        if (!party.ReadIndex().TryGet(out byte[]? index, out fault)) return fault;
        return new Seated(party.Request.Organization.Name, new OrganizationWallet(party.Request.Network, party.Request.Organization.Identity, signing, sealing, index));
    }
}
