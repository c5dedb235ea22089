using System.Security.Cryptography;
using HealthLedger.Actors.Network;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Faults.World;

/// <summary>Founds a network whose members each have a folder of their own.</summary>
internal static class Founding
{
    private const int Shards = 4;

    /// <summary>Makes keys and genesis.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="folders">The members' folders.</param>
    /// <param name="endpoints">Where the others reach each member.</param>
    public static GenesisFile Found(string network, IReadOnlyList<string> folders, IReadOnlyList<string> endpoints)
    {
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        GenesisBuilder builder = new(network, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), Shards);
        List<SigningKey> identities = [];
        for (int i = 0; i < folders.Count; i++)
        {
            PartyFolder party = Good(PartyFolder.Create(MemberFolder.MemberPath(folders[i]), network, $"Member {i}", StandaloneOptions.CareProvider | OrganizationRoles.Custodian, endpoints[i], random));
            builder.Add(party.Request.Member!);
            builder.Add(party.Request.Organization);
            identities.Add(Good(party.ReadIdentity()));
        }
        GenesisFile genesis = Good(builder.Build([.. identities]));
        foreach (string folder in folders) File.WriteAllBytes(MemberFolder.GenesisPath(folder), genesis.Bytes.ToArray());
        return genesis;
    }

    private static T Good<T>(Result<T> result) => result.IsOk ? result.Value : throw new SeriesException(result.Fault.ToString());
}
