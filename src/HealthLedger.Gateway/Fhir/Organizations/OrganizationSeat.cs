using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Gateway.Fhir.Organizations;

/// <summary>An organization whose gateway this is: its wallet and what works with it. Safe for several threads.</summary>
internal sealed class OrganizationSeat
{
    private readonly AccessBatcher[] _accesses;

    /// <summary>A seat for the wallet; the wallet stays the caller's.</summary>
    public OrganizationSeat(LedgerClient client, OrganizationWallet wallet)
    {
        (Client, Wallet) = (client, wallet);
        Directory = new PatientDirectory(client, wallet.Party);
        Registry = new PatientRegistry(client);
        Depositor = new RecordDepositor(client, wallet, Directory);
        Reader = new RecordReader(client, Directory);
        // One round under way in each shard: what arrives meanwhile shares the next statement. More rounds would be smaller ones, and a block costs the
        // replicas the same whatever is in it.
        _accesses = [.. Enumerable.Range(0, client.Network.Shards + 1).Select(_ => new AccessBatcher(Reader, underWayMax: 1))];
    }

    /// <summary>The node and what all share.</summary>
    public LedgerClient Client { get; }

    /// <summary>The organization's keys.</summary>
    public OrganizationWallet Wallet { get; }

    /// <summary>The patients as the organization sees them.</summary>
    public PatientDirectory Directory { get; }

    /// <summary>Begins patients.</summary>
    public PatientRegistry Registry { get; }

    /// <summary>Puts records in.</summary>
    public RecordDepositor Depositor { get; }

    /// <summary>Opens what a permit releases.</summary>
    public RecordReader Reader { get; }

    /// <summary>Asks for accesses to a patient's record, those that arrive together in one statement.</summary>
    public AccessBatcher AccessesTo(LedgerDid patient) => _accesses[Client.Network.ShardOf(patient)];
}
