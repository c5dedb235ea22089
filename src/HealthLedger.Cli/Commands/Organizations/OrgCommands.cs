using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Keys;
using HealthLedger.Cli.Shell;
using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Organizations;

/// <summary><c>org</c>: organizations' wallets, and the organizations of the network.</summary>
internal static class OrgCommands
{
    /// <summary>The group.</summary>
    public static LedgerCommand Make() => new LedgerCommand("org", "Wallets of organizations: hospitals, clinics, laboratories, payers",
        "org new riverside --network standalone  # new keys, before the consortium founds the network",
        "org new riverside --keys-from data/members/0/keys  # keys that a standalone network made",
        "org list").With(New(), Show(), List(), Use(), Public());

    private static LedgerCommand New()
    {
        Argument<string> name = new("name") { Description = "What the wallet is called here" };
        Option<string?> from = new("--keys-from") { Description = "Take over the keys of a standalone network: a folder with signing.key, sealing.key, index.key, identity.key", HelpName = "FOLDER" };
        Option<string?> network = new("--network") { Description = "The network's name, where there is no node to ask yet", HelpName = "NAME" };
        LedgerCommand command = new("new", "Make an organization's wallet, or take over keys",
            "org new riverside", "org new riverside --network demo-3f9a2c --passphrase-file pass.txt", "org new oakwood --keys-from data/organizations/0/keys")
        {
            Run = call => NewAsync(call, call.Value(name)!, call.Value(from), call.Value(network)),
        };
        command.Add(name);
        command.Add(from);
        command.Add(network);
        return command;
    }

    private static async Task<Result<Answer>> NewAsync(Call call, string name, string? from, string? network)
    {
        if (!call.Wallets().TryGet(out WalletFolder? folder, out Fault fault)) return fault;
        if (network is null)
        {
            if (!(await call.ConnectAsync()).TryGet(out LedgerClient? client, out fault)) return fault;
            network = client.Network.Name;
            if (folder.Pin(client.Network.Genesis)) call.Note($"Pinned the network {network}: genesis {client.Network.Genesis.Hash}. Compare it with one that came another way.");
        }
        if (!(from is null ? OrganizationWallet.Generate(network, call.Terminal.Random) : KeysFromFolder.Read(from, network)).TryGet(out OrganizationWallet? wallet, out fault)) return fault;
        call.Keep(wallet);
        if (folder.Save(name, wallet) is { } refused) return refused;
        if (folder.Current is null) folder.Use(name);
        return Answer.Of(new JsonObject { ["wallet"] = name, ["did"] = wallet.Did.ToString(), ["network"] = network },
            $"Wallet {name} in {folder.Path}", $"Identity {wallet.Did}", from is null ? "Give `healthledger org public` to the consortium, which lists the organization in the genesis." : "Its keys are those of the folder; it can act at once.");
    }

    private static LedgerCommand Show()
    {
        Argument<string?> name = new("name") { Description = "The wallet; else the one that acts", Arity = ArgumentArity.ZeroOrOne };
        LedgerCommand command = new("show", "Show an organization's wallet", "org show", "org show riverside --json")
        {
            Run = async call =>
            {
                if (!call.Wallets().TryGet(out WalletFolder? folder, out Fault fault) || !folder.Acting(call.Value(name) ?? call.ActingName, organization: true).TryGet(out WalletInfo? info, out fault)) return fault;
                string listed = (await call.ConnectAsync()).TryGet(out LedgerClient? client, out fault)
                    ? client.Network.Organizations.TryGetValue(info.Did, out Protocol.Genesis.Organization? organization) ? $"{organization.Name}: {organization.Roles}" : "not in the genesis"
                    : $"not known ({fault.CodeText})";
                int patients = folder.Book(info).All().Count;
                return Answer.Of(new JsonObject { ["wallet"] = info.Name, ["did"] = info.Did.ToString(), ["inUse"] = folder.Current == info.Name, ["network"] = listed, ["patients"] = patients },
                    $"Wallet    {info.Name}{(folder.Current == info.Name ? " (in use)" : "")}", $"Identity  {info.Did}", $"Network   {listed}", $"Patients  {patients} in its book");
            },
        };
        command.Add(name);
        return command;
    }

    private static LedgerCommand List() => new("list", "List the network's organizations, and which wallets are here", "org list", "org list --json")
    {
        Run = async call =>
        {
            if (!call.Wallets().TryGet(out WalletFolder? folder, out Fault fault) || !(await call.ConnectAsync()).TryGet(out LedgerClient? client, out fault)) return fault;
            Dictionary<LedgerDid, string> here = folder.All().Where(wallet => wallet.IsOrganization).ToDictionary(wallet => wallet.Did, wallet => wallet.Name);
            (LedgerDid Did, Protocol.Genesis.Organization Organization)[] rows = [.. client.Network.Genesis.Organizations.Select(organization => (client.Network.Genesis.DidOf(organization.Identity), organization))];
            JsonArray json = new([.. rows.Select(row => (JsonNode)new JsonObject
            {
                ["name"] = row.Organization.Name, ["did"] = row.Did.ToString(), ["roles"] = row.Organization.Roles.ToString(), ["wallet"] = here.GetValueOrDefault(row.Did),
            })]);
            return new Answer(json, console =>
            {
                Table table = new Table().RoundedBorder().AddColumns("Organization", "Roles", "Wallet here", "Identity");
                foreach ((LedgerDid did, Protocol.Genesis.Organization organization) in rows)
                    table.AddRow(Markup.Escape(organization.Name), Markup.Escape(organization.Roles.ToString()), Markup.Escape(here.GetValueOrDefault(did, "")), did.ToString());
                console.Write(table);
            });
        },
    };

    private static LedgerCommand Use()
    {
        Argument<string> name = new("name") { Description = "The wallet that acts from now on" };
        LedgerCommand command = new("use", "Choose the wallet that acts from now on", "org use riverside")
        {
            Run = call =>
            {
                if (!call.Wallets().TryGet(out WalletFolder? folder, out Fault fault) || !folder.Acting(call.Value(name)).TryGet(out WalletInfo? info, out fault)) return Task.FromResult<Result<Answer>>(fault);
                folder.Use(info.Name);
                return Task.FromResult<Result<Answer>>(Answer.Of(new JsonObject { ["inUse"] = info.Name, ["did"] = info.Did.ToString() }, $"{info.Name} acts from now on: {info.Did}"));
            },
        };
        command.Add(name);
        return command;
    }

    private static LedgerCommand Public()
    {
        Argument<string?> name = new("name") { Description = "The wallet; else the one that acts", Arity = ArgumentArity.ZeroOrOne };
        LedgerCommand command = new("public", "Print the public keys that the consortium's genesis needs", "org public riverside > riverside.json")
        {
            Run = call =>
            {
                if (!call.Wallets().TryGet(out WalletFolder? folder, out Fault fault) || !folder.Acting(call.Value(name) ?? call.ActingName, organization: true).TryGet(out WalletInfo? info, out fault)
                    || !folder.Organization(info).TryGet(out OrganizationWallet? wallet, out fault)) return Task.FromResult<Result<Answer>>(fault);
                call.Keep(wallet);
                JsonObject json = new()
                {
                    ["did"] = wallet.Did.ToString(), ["identity"] = Hex(wallet.Identity), ["signing"] = new JsonArray(Hex(wallet.Signing.Public)), ["sealing"] = Hex(wallet.Sealing.Public),
                };
                return Task.FromResult<Result<Answer>>(new Answer(json, console => console.WriteLine(json.ToJsonString(FaultPrinter.Indented))));
            },
        };
        command.Add(name);
        return command;
    }

    private static string Hex(PublicKey key) => Convert.ToHexStringLower(key.Sec1);
}
