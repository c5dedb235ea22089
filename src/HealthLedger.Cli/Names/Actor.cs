using HealthLedger.Cli.Keys;
using HealthLedger.Cli.Shell;
using HealthLedger.Client;
using HealthLedger.Client.Consent;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Names;

/// <summary>Who acts: an opened wallet at a node, and the clients that work with it.</summary>
internal sealed class Actor
{
    private Actor(LedgerClient client, WalletInfo info, WalletFolder folder, Party party, OrganizationWallet? organization, PatientWallet? patient)
    {
        (Client, Info, Folder, Party, Organization, Patient) = (client, info, folder, party, organization, patient);
        Directory = new PatientDirectory(client, party);
        Reader = new RecordReader(client, Directory);
    }

    /// <summary>The node and the network.</summary>
    public LedgerClient Client { get; }

    /// <summary>The wallet.</summary>
    public WalletInfo Info { get; }

    /// <summary>The key folder.</summary>
    public WalletFolder Folder { get; }

    /// <summary>Who signs and opens.</summary>
    public Party Party { get; }

    /// <summary>The organization's wallet; null where a patient acts.</summary>
    public OrganizationWallet? Organization { get; }

    /// <summary>The patient's wallet; null where an organization acts.</summary>
    public PatientWallet? Patient { get; }

    /// <summary>The patients as the actor sees them.</summary>
    public PatientDirectory Directory { get; }

    /// <summary>Reads as the actor.</summary>
    public RecordReader Reader { get; }

    /// <summary>Connects, then opens the wallet that acts.</summary>
    /// <param name="call">The command.</param>
    /// <param name="organization">Only an organization's wallet, only a patient's, or either.</param>
    public static async Task<Result<Actor>> OpenAsync(Call call, bool? organization = null)
    {
        if (!call.Wallets().TryGet(out WalletFolder? folder, out Fault fault)) return fault;
        if (!folder.Acting(call.ActingName, organization).TryGet(out WalletInfo? info, out fault)) return fault;
        if (!(await call.ConnectAsync()).TryGet(out LedgerClient? client, out fault)) return fault;
        if (info.Did.Network != client.Network.Name) return new Fault(FaultCode.ProofInvalid, $"The wallet \"{info.Name}\" belongs to the network {info.Did.Network}, and the node's is {client.Network.Name}.");
        if (!info.IsOrganization)
        {
            if (!folder.Patient(info).TryGet(out PatientWallet? patient, out fault)) return fault;
            return new Actor(client, info, folder, call.Keep(patient).Party, null, patient);
        }
        if (!folder.Organization(info).TryGet(out OrganizationWallet? wallet, out fault)) return fault;
        return new Actor(client, info, folder, call.Keep(wallet).Party, wallet, null);
    }

    /// <summary>The patient that is meant: a did, the id of the actor's book (alone, or as system|id), or nothing where a patient acts.</summary>
    public Result<LedgerDid> PatientOf(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Patient is not null ? Patient.Did : new Fault(FaultCode.UsageWrong, "Name the patient: the did, or the id that `healthledger patient list` shows.");
        if (text.StartsWith(LedgerDid.Prefix, StringComparison.Ordinal)) return LedgerDid.Parse(text);
        if (Organization is null) return new Fault(FaultCode.NameUnknown, "A patient's wallet knows patients by their did only.");
        BookedPatient[] found = [.. Folder.Book(Info).All().Where(patient => text == patient.Id || text == $"{patient.System}|{patient.Id}")];
        return found switch
        {
            [var only] => only.Did,
            [] => new Fault(FaultCode.NameUnknown, $"No patient \"{text}\" is in the book of {Info.Name}."),
            _ => new Fault(FaultCode.NameUnknown, $"{found.Length} patients are called \"{text}\"; write system|id."),
        };
    }

    /// <summary>Acts in a patient's name: the patient's own wallet, or the organization as steward.</summary>
    public PatientAuthority AuthorityFor(LedgerDid patient) => Patient is { } own && own.Did == patient ? own.Authority : new PatientAuthority(patient, Party);

    /// <summary>The consents of a patient.</summary>
    public ConsentClient ConsentFor(LedgerDid patient) => new(Client, AuthorityFor(patient), Directory, Reader);
}
