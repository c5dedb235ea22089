using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

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
        LedgerCommand command = new("join", "Take a genesis file into the folder of a node, after checking it",
            "network join genesis.cbor --folder /var/lib/healthledger --hash 3f9a2c…", "network join genesis.cbor --folder /etc/healthledger-gateway")
        {
            Run = call => Task.FromResult(Join(call.Value(file)!, call.Value(folder)!, call.Value(hash))),
        };
        command.Add(file);
        command.Add(folder);
        command.Add(hash);
        return command;
    }

    private static Result<Answer> Join(string path, string folder, string? hash)
    {
        if (!MemberFolder.ReadGenesis(path).TryGet(out GenesisFile? genesis, out Fault fault)) return fault;
        if (hash is not null && !genesis.Hash.ToString().Equals(hash, StringComparison.OrdinalIgnoreCase)) return new Fault(FaultCode.ProofInvalid, $"The file is of the genesis {genesis.Hash}, not of the one named.");
        string own = MemberFolder.GenesisPath(folder);
        if (File.Exists(own) && MemberFolder.ReadGenesis(own) is { IsOk: true, Value: var known } && known.Hash != genesis.Hash)
            return new Fault(FaultCode.FileUnusable, $"The folder belongs to the network {known.Network}, genesis {known.Hash}.");
        Directory.CreateDirectory(folder);
        WholeFile.Write(own, genesis.Bytes.Span);
        if (!MemberFolder.Open(folder).TryGet(out MemberFolder? joined, out fault))
        {
            File.Delete(own);
            return fault;
        }
        string role = joined.Member is not { } member ? "a gateway's"
            : genesis.Configuration.Members.Any(founder => founder.Identity.KeyId == member.Request.Organization.Identity.KeyId) ? "a founder's"
            : "of a member that a later configuration must name";
        return Answer.Of(new JsonObject { ["genesis"] = genesis.Hash.ToString(), ["network"] = genesis.Network, ["folder"] = joined.Path, ["kind"] = role },
            $"{joined.Path} is now {role} folder in {genesis.Network}, genesis {genesis.Hash}.",
            joined.Member is null ? $"Start it: healthledger-node --role gateway --data {joined.Path} --nodes http://…" : $"Start it: healthledger-node --role member --data {joined.Path} --url http://127.0.0.1:8080 --links-url https://0.0.0.0:9443");
    }
}
