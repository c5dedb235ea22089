using HealthLedger.Client;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Consent;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Node.Demo.Members;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Node.Demo;

/// <summary>Who and what the story is about: the network, a hospital and a clinic with their systems, and a patient with a wallet.</summary>
internal sealed class DemoWorld : IDisposable
{
    /// <summary>The members, which the story stops and starts.</summary>
    public required IDemoMembers Members { get; init; }

    /// <summary>The address of the doors.</summary>
    public required HttpClient Http { get; init; }

    /// <summary>The ledger through its HTTP door.</summary>
    public required LedgerClient Ledger { get; init; }

    /// <summary>The hospital that has treated the patient, and is the steward until the patient claims the record.</summary>
    public required OrganizationWallet Hospital { get; init; }

    /// <summary>The clinic that would like to read.</summary>
    public required OrganizationWallet Clinic { get; init; }

    /// <summary>The hospital's system at the FHIR door.</summary>
    public required FhirDoor HospitalDoor { get; init; }

    /// <summary>The clinic's system at the FHIR door.</summary>
    public required FhirDoor ClinicDoor { get; init; }

    /// <summary>Where receipts of the story are kept.</summary>
    public required string Folder { get; init; }

    /// <summary>Changes from one start to the next, so that a second story has patients of its own.</summary>
    public required int Seed { get; init; }

    /// <summary>The patient's identity, once the hospital has sent the record.</summary>
    public LedgerDid Patient { get; set; }

    /// <summary>The patient's name, known to the story alone.</summary>
    public string PatientName { get; set; } = "";

    /// <summary>The patient's wallet, once the record is claimed.</summary>
    public PatientWallet? Wallet { get; set; }

    /// <summary>The grant that the patient gave.</summary>
    public Id16 Grant { get; set; }

    /// <summary>Where the receipt of the clinic's first good access is.</summary>
    public string? ReceiptLink { get; set; }

    /// <summary>The name of an organization, or the end of its DID.</summary>
    public string NameOf(string did)
    {
        if (Wallet is not null && did == Wallet.Did.ToString()) return "the patient";
        if (did == Patient.ToString()) return "the patient's steward";
        return LedgerDid.Parse(did).TryGet(out LedgerDid known, out _) && Ledger.Network.Organizations.TryGetValue(known, out Protocol.Genesis.Organization? organization)
            ? organization.Name : $"…{did[^6..]}";
    }

    /// <summary>The patient's own consents, once claimed.</summary>
    public ConsentClient PatientConsents()
    {
        PatientDirectory directory = new(Ledger, Wallet!.Party);
        return new ConsentClient(Ledger, Wallet.Authority, directory, new RecordReader(Ledger, directory));
    }

    /// <summary>Forgets the patient's keys.</summary>
    public void Dispose() => Wallet?.Dispose();
}
