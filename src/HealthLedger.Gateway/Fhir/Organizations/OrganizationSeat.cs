using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Client.Records;

namespace HealthLedger.Gateway.Fhir.Organizations;

/// <summary>An organization whose gateway this is: its wallet and what works with it. Safe for several threads.</summary>
internal sealed class OrganizationSeat
{
    /// <summary>A seat for the wallet; the wallet stays the caller's.</summary>
    public OrganizationSeat(LedgerClient client, OrganizationWallet wallet)
    {
        (Client, Wallet) = (client, wallet);
        Directory = new PatientDirectory(client, wallet.Party);
        Registry = new PatientRegistry(client);
        Depositor = new RecordDepositor(client, wallet, Directory);
        Reader = new RecordReader(client, Directory);
        Accesses = new AccessBatcher(Reader);
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

    /// <summary>Asks for accesses, those that arrive together in one statement.</summary>
    public AccessBatcher Accesses { get; }
}
