using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Cli.Commands.Network;

/// <summary><c>network join</c>: a party takes the genesis into its folder; from then on its node can start.</summary>
internal static class JoinCommand
{
    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string> file = new("genesis") { Description = "The genesis file" };
        Option<string> folder = new("--folder") { Description = "The node's folder", HelpName = "FOLDER", Required = true };
        Option<string?> hash = new("--hash") { Description = "The genesis hash that came another way", HelpName = "HEX" };
        Option<string?> configurations = new("--configurations") { Description = "The history of configurations (GET /ledger/configurations of any member), for a node that joins a network that has changed", HelpName = "FILE" };
        LedgerCommand command = new("join", "Take a genesis file into the folder of a node, after checking it",
            "network join genesis.cbor --folder /var/lib/healthledger --hash 3f9a2c…", "network join genesis.cbor --configurations configurations.cbor --folder /var/lib/healthledger  # a later member",
            "network join genesis.cbor --folder /etc/healthledger-gateway")
        {
            Run = call => Task.FromResult(Join(call.Value(file)!, call.Value(folder)!, call.Value(hash), call.Value(configurations))),
        };
        command.Add(configurations);
        command.Add(file);
        command.Add(folder);
        command.Add(hash);
        return command;
    }

    private static Result<Answer> Join(string path, string folder, string? hash, string? configurations)
    {
        if (!MemberFolder.ReadGenesis(path).TryGet(out GenesisFile? genesis, out Fault fault)) return fault;
        if (hash is not null && !genesis.Hash.ToString().Equals(hash, StringComparison.OrdinalIgnoreCase)) return new Fault(FaultCode.ProofInvalid, $"The file is of the genesis {genesis.Hash}, not of the one named.");
        string own = MemberFolder.GenesisPath(folder);
        if (File.Exists(own) && MemberFolder.ReadGenesis(own) is { IsOk: true, Value: var known } && known.Hash != genesis.Hash)
            return new Fault(FaultCode.FileUnusable, $"The folder belongs to the network {known.Network}, genesis {known.Hash}.");
        ConfigurationHistory history = ConfigurationHistory.From(genesis);
        if (configurations is not null && (!WholeFile.Read(configurations, ConfigurationHistory.BytesMax).TryGet(out byte[]? proofs, out fault) || !ConfigurationHistory.Decode(proofs, genesis).TryGet(out history!, out fault))) return fault;
        Directory.CreateDirectory(folder);
        WholeFile.Write(own, genesis.Bytes.Span);
        if (!MemberFolder.Open(folder).TryGet(out MemberFolder? joined, out fault))
        {
            File.Delete(own);
            return fault;
        }
        if (history.Newest.Number > 0) WholeFile.Write(MemberFolder.ConfigurationsPath(folder), history.Encode());
        string role = joined.Member is not { } member ? "a gateway's"
            : history.Newest.Members.Any(known => known.Identity.KeyId == member.Request.Organization.Identity.KeyId) ? "a member's"
            : "a later member's";
        return Answer.Of(new JsonObject { ["genesis"] = genesis.Hash.ToString(), ["network"] = genesis.Network, ["folder"] = joined.Path, ["kind"] = role },
            $"{joined.Path} is now {role} folder in {genesis.Network}, genesis {genesis.Hash}.",
            joined.Member is null ? $"Start it: healthledger-node --role gateway --data {joined.Path} --nodes http://…" : $"Start it: healthledger-node --role member --data {joined.Path} --url http://127.0.0.1:8080 --links-url https://0.0.0.0:9443");
    }
}
