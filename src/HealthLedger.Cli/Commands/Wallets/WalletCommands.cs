using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Keys;
using HealthLedger.Cli.Names;
using HealthLedger.Cli.Shell;
using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Submit;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Wallets;

/// <summary><c>wallet</c>: patients' own wallets.</summary>
internal static class WalletCommands
{
    /// <summary>The group.</summary>
    public static LedgerCommand Make() => new LedgerCommand("wallet", "Wallets of patients, and all wallets of this folder",
        "wallet new ada", "wallet show", "wallet claim ada 4711 --as riverside  # the hospital hands a patient's identity over").With(New(), Show(), Claim());

    private static LedgerCommand New()
    {
        Argument<string> name = new("name") { Description = "What the wallet is called here" };
        LedgerCommand command = new("new", "Make a patient's wallet and begin its identity in the ledger", "wallet new ada", "wallet new ada --passphrase-file pass.txt --json")
        {
            Run = async call =>
            {
                if (!call.Wallets().TryGet(out WalletFolder? folder, out Fault fault) || !(await call.ConnectAsync()).TryGet(out LedgerClient? client, out fault)) return fault;
                if (folder.Pin(client.Network.Genesis)) call.Note($"Pinned the network {client.Network.Name}: genesis {client.Network.Genesis.Hash}. Compare it with one that came another way.");
                PatientWallet wallet = call.Keep(PatientWallet.Generate(client.Network.Name, call.Terminal.Random));
                // The keys are on disk before the ledger knows of them.
                if (folder.Save(call.Value(name)!, wallet) is { } refused) return refused;
                Result<WrittenStatement> begun = await new PatientRegistry(client).InceptAsync(wallet, call.Cancel);
                if (!begun.TryGet(out WrittenStatement? written, out fault)) return fault;
                return Answer.Of(new JsonObject { ["wallet"] = call.Value(name), ["did"] = wallet.Did.ToString(), ["shard"] = written.Committed.Shard, ["statement"] = written.Committed.StatementId.ToString() },
                    $"Wallet {call.Value(name)} in {folder.Path}", $"Identity {wallet.Did}", $"In the ledger since {Words.Time(written.Committed.Time)} (shard {written.Committed.Shard}, height {written.Committed.Height})");
            },
        };
        command.Add(name);
        return command;
    }

    private static LedgerCommand Show() => new("show", "List the wallets of this folder", "wallet show", "wallet show --keys /media/card --json")
    {
        Run = call =>
        {
            if (!call.Wallets().TryGet(out WalletFolder? folder, out Fault fault)) return Task.FromResult<Result<Answer>>(fault);
            IReadOnlyList<WalletInfo> all = folder.All();
            JsonArray json = new([.. all.Select(wallet => (JsonNode)new JsonObject
            {
                ["wallet"] = wallet.Name, ["kind"] = wallet.IsOrganization ? "organization" : "patient", ["did"] = wallet.Did.ToString(), ["inUse"] = wallet.Name == folder.Current,
            })]);
            return Task.FromResult<Result<Answer>>(new Answer(json, console =>
            {
                if (all.Count == 0)
                {
                    console.WriteLine($"No wallets in {folder.Path} yet. Make one with `healthledger org new NAME` or `healthledger wallet new NAME`.");
                    return;
                }
                Table table = new Table().RoundedBorder().AddColumns("Wallet", "Of", "Identity");
                foreach (WalletInfo wallet in all) table.AddRow(Markup.Escape(wallet.Name + (wallet.Name == folder.Current ? " (in use)" : "")), wallet.IsOrganization ? "organization" : "patient", wallet.Did.ToString());
                console.Write(table);
            }));
        },
    };

    private static LedgerCommand Claim()
    {
        Argument<string> name = new("name") { Description = "What the patient's new wallet is called here" };
        Argument<string> patient = new("patient") { Description = "The patient: did, or id in the steward's book" };
        LedgerCommand command = new("claim", "Hand a stewarded patient's identity over to a new wallet; the steward's wallet acts, the patient is present",
            "wallet claim ada 4711 --as riverside", "wallet claim ada did:healthledger:demo:ab... --as riverside")
        {
            Run = async call =>
            {
                if (!(await Actor.OpenAsync(call, organization: true)).TryGet(out Actor? actor, out Fault fault) || !actor.PatientOf(call.Value(patient)).TryGet(out LedgerDid did, out fault)) return fault;
                PatientWallet wallet = call.Keep(PatientWallet.ForClaim(did, call.Terminal.Random));
                if (actor.Folder.Save(call.Value(name)!, wallet) is { } refused) return refused;
                Result<WrittenStatement> claimed = await new PatientRegistry(actor.Client).ClaimAsync(actor.Organization!, actor.Directory, wallet, call.Cancel);
                if (!claimed.TryGet(out WrittenStatement? written, out fault)) return fault;
                return Answer.Of(new JsonObject { ["wallet"] = call.Value(name), ["did"] = did.ToString(), ["statement"] = written.Committed.StatementId.ToString() },
                    $"Wallet {call.Value(name)} controls {did} from now on.", "Every segment has a new key, which only the wallet has; grants that the steward gave open nothing newer.");
            },
        };
        command.Add(name);
        command.Add(patient);
        return command;
    }
}
