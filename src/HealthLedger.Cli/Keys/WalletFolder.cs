using HealthLedger.Cli.Shell;
using HealthLedger.Client.Keys;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Cli.Keys;

/// <summary>What a wallet in the folder is, without opening it.</summary>
/// <param name="Name">Its name here.</param>
/// <param name="IsOrganization">True for an organization's, false for a patient's.</param>
/// <param name="Did">The identity.</param>
internal sealed record WalletInfo(string Name, bool IsOrganization, LedgerDid Did);

/// <summary>
/// The user's key folder: wallets under a passphrase, the network's genesis that was pinned, the wallet in use, and for each organization the names
/// of its patients. Only its owner can enter it.
/// </summary>
internal sealed class WalletFolder
{
    private const string GenesisName = "genesis.cbor", CurrentName = "current";
    private const int PassphraseBytesMax = 1024;

    private readonly KeyFolder _keys;
    private readonly Terminal _terminal;
    private readonly string? _passphraseFile;
    private string? _passphrase;

    private WalletFolder(string path, KeyFolder keys, Terminal terminal, string? passphraseFile) => (Path, _keys, _terminal, _passphraseFile) = (path, keys, terminal, passphraseFile);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Where the pinned genesis lies.</summary>
    public static string PinnedGenesis(string folder) => System.IO.Path.Combine(folder, GenesisName);

    /// <summary>Opens the folder, or creates it.</summary>
    public static Result<WalletFolder> Open(string path, Terminal terminal, string? passphraseFile) =>
        KeyFolder.Open(path, terminal.KeyIterations).TryGet(out KeyFolder? keys, out Fault fault) ? new WalletFolder(path, keys, terminal, passphraseFile) : fault;

    /// <summary>All wallets, by name.</summary>
    public IReadOnlyList<WalletInfo> All() => [.. _keys.Names().Select(Info).OfType<WalletInfo>()];

    /// <summary>The wallet that acts: the one named, else the one in use, else the only one.</summary>
    /// <param name="named">The name that was given; null for none.</param>
    /// <param name="organization">Only organizations' wallets, only patients', or both.</param>
    public Result<WalletInfo> Acting(string? named, bool? organization = null)
    {
        string what = organization switch { true => "organization's wallet", false => "patient's wallet", null => "wallet" };
        if (named is not null)
        {
            if (_keys.Names().Contains(named) && Info(named) is { } info)
                return organization is null || info.IsOrganization == organization ? info : new Fault(FaultCode.NameUnknown, $"\"{named}\" is not an {what}.");
            return new Fault(FaultCode.NameUnknown, $"There is no wallet \"{named}\" in {Path}.");
        }
        WalletInfo[] fitting = [.. All().Where(wallet => organization is null || wallet.IsOrganization == organization)];
        string current = System.IO.Path.Combine(Path, CurrentName);
        if (File.Exists(current) && fitting.FirstOrDefault(wallet => wallet.Name == File.ReadAllText(current).Trim()) is { } used) return used;
        return fitting switch
        {
            [var only] => only,
            [] => new Fault(FaultCode.NameUnknown, $"There is no {what} in {Path}; make one with `healthledger {(organization == false ? "wallet" : "org")} new NAME`."),
            _ => new Fault(FaultCode.NameUnknown, $"There are several wallets; name one with --as, or choose one with `healthledger org use NAME`: {string.Join(", ", fitting.Select(wallet => wallet.Name))}."),
        };
    }

    /// <summary>Remembers the wallet that acts from now on.</summary>
    public void Use(string name) => File.WriteAllText(System.IO.Path.Combine(Path, CurrentName), name + "\n");

    /// <summary>The wallet in use; null for none.</summary>
    public string? Current => File.Exists(System.IO.Path.Combine(Path, CurrentName)) ? File.ReadAllText(System.IO.Path.Combine(Path, CurrentName)).Trim() : null;

    /// <summary>True when there is a wallet of this name.</summary>
    public bool Has(string name) => _keys.Names().Contains(name);

    /// <summary>Opens an organization's wallet.</summary>
    public Result<OrganizationWallet> Organization(WalletInfo wallet) =>
        Passphrase(again: false).TryGet(out string? passphrase, out Fault fault) ? _keys.LoadOrganization(wallet.Name, passphrase) : fault;

    /// <summary>Opens a patient's wallet.</summary>
    public Result<PatientWallet> Patient(WalletInfo wallet) =>
        Passphrase(again: false).TryGet(out string? passphrase, out Fault fault) ? _keys.LoadPatient(wallet.Name, passphrase) : fault;

    /// <summary>Writes a new organization's wallet.</summary>
    public Fault? Save(string name, OrganizationWallet wallet)
    {
        if (Has(name)) return new Fault(FaultCode.UsageWrong, $"There is a wallet \"{name}\" already; keys are not overwritten.");
        return Passphrase(again: true).TryGet(out string? passphrase, out Fault fault) ? _keys.Save(name, wallet, _terminal.Random, passphrase) : fault;
    }

    /// <summary>Writes a new patient's wallet.</summary>
    public Fault? Save(string name, PatientWallet wallet)
    {
        if (Has(name)) return new Fault(FaultCode.UsageWrong, $"There is a wallet \"{name}\" already; keys are not overwritten.");
        return Passphrase(again: true).TryGet(out string? passphrase, out Fault fault) ? _keys.Save(name, wallet, passphrase) : fault;
    }

    /// <summary>Remembers the network: from now on no other is accepted. True when it was not pinned before.</summary>
    public bool Pin(GenesisFile genesis)
    {
        if (File.Exists(PinnedGenesis(Path))) return false;
        File.WriteAllBytes(PinnedGenesis(Path) + ".new", genesis.Bytes.ToArray());
        File.Move(PinnedGenesis(Path) + ".new", PinnedGenesis(Path));
        return true;
    }

    /// <summary>The names of an organization's patients.</summary>
    public PatientBook Book(WalletInfo wallet) => new(System.IO.Path.Combine(Path, wallet.Name, "patients.tsv"));

    private Result<string> Passphrase(bool again)
    {
        if (_passphrase is not null) return _passphrase;
        if (_passphraseFile is not null)
        {
            FileInfo file = new(_passphraseFile);
            if (!file.Exists) return new Fault(FaultCode.FileUnusable, $"There is no file {_passphraseFile}.");
            if (file.Length > PassphraseBytesMax) return new Fault(FaultCode.FormatLimit, $"A passphrase has at most {PassphraseBytesMax} bytes.");
            return _passphrase = File.ReadLines(_passphraseFile).FirstOrDefault("");
        }
        if (_terminal.Variable(EnvironmentKeys.PassphraseVariable) is { Length: > 0 } value) return _passphrase = value;
        if (_terminal.AskSecret is not { } ask) return new Fault(FaultCode.KeyFileLocked, $"No passphrase: give --passphrase-file or {EnvironmentKeys.PassphraseVariable}; there is nobody to ask.");
        string typed = ask("Passphrase of the wallets:");
        if (again && All().Count == 0 && ask("The same again:") != typed) return new Fault(FaultCode.UsageWrong, "The two passphrases differ.");
        return _passphrase = typed;
    }

    private WalletInfo? Info(string name)
    {
        string[] parts = File.ReadAllText(System.IO.Path.Combine(Path, name, "identity")).TrimEnd('\n').Split(' ');
        return parts.Length == 3 && LedgerDid.Parse(parts[1]).TryGet(out LedgerDid did, out _) ? new WalletInfo(name, parts[0] == "organization", did) : null;
    }
}
