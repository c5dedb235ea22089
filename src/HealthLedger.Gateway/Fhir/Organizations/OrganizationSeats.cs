using System.Collections.Frozen;
using HealthLedger.Client;
using HealthLedger.Client.Keys;

namespace HealthLedger.Gateway.Fhir.Organizations;

/// <summary>The organizations for which this gateway acts.</summary>
internal sealed class OrganizationSeats(LedgerClient client, IEnumerable<OrganizationWallet> wallets)
{
    private readonly FrozenDictionary<string, OrganizationSeat> _byDid =
        wallets.ToFrozenDictionary(wallet => wallet.Did.ToString(), wallet => new OrganizationSeat(client, wallet), StringComparer.Ordinal);

    /// <summary>The seat of an organization, or null where the gateway does not act for it.</summary>
    public OrganizationSeat? Find(string did) => _byDid.GetValueOrDefault(did);
}
