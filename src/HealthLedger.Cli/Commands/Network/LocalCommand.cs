using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Cli.Commands.Network;

/// <summary><c>network local</c>: the whole ceremony for one machine.</summary>
internal static class LocalCommand
{
    private const int LinksPort = 9443, PortMax = 65_535, MembersMax = Configuration.MembersMax, ShardsMax = Protocol.Statements.Shards.CountMax;

    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Option<int> members = new("--members") { Description = $"Member nodes, 1 to {MembersMax}", DefaultValueFactory = _ => 4 };
        Option<int> shards = new("--shards") { Description = "Shards beside the directory", DefaultValueFactory = _ => 4 };
        Option<string> folder = new("--folder") { Description = "Where the members' folders are made", HelpName = "FOLDER", Required = true };
        Option<int> port = new("--base-port") { Description = "The first member's doors; links are 100 above, a gateway 50", DefaultValueFactory = _ => 8080 };
        Option<string?> hosts = new("--hosts") { Description = $"Names under which the members reach each other, with commas between, each at port {LinksPort}; else this machine alone", HelpName = "NAMES" };
        Option<string?> name = new("--network") { Description = "The network's name; else local- and eight random characters", HelpName = "NAME" };
        LedgerCommand command = new("local", "Found a network of several member nodes on this machine: for a laptop, a test, a demonstration",
            "network local --members 4 --folder /tmp/network --base-port 8080", "network local --members 4 --folder /tmp/network --json  # folders and addresses for a script",
            "network local --members 2 --folder /network --hosts silo-0,silo-1  # for containers")
        {
            Run = call => Task.FromResult(Found(call, call.Value(members), call.Value(shards), call.Value(folder)!, call.Value(port), call.Value(hosts), call.Value(name))),
        };
        foreach (Option option in new Option[] { members, shards, folder, port, hosts, name }) command.Add(option);
        return command;
    }

    private static Result<Answer> Found(Call call, int members, int shards, string folder, int port, string? hosts, string? name)
    {
        if (members is < 1 or > MembersMax) return new Fault(FaultCode.UsageWrong, $"--members is a number from 1 to {MembersMax}.");
        if (shards is < 1 or > ShardsMax) return new Fault(FaultCode.UsageWrong, $"--shards is a number from 1 to {ShardsMax}.");
        if (port < 1 || port + LocalFounding.LinksPortOffset + members > PortMax) return new Fault(FaultCode.UsageWrong, $"--base-port is a number from 1 to {PortMax - LocalFounding.LinksPortOffset - members}.");
        string network = name ?? $"local-{RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz234567", 8)}", path = Path.GetFullPath(folder);
        if (!Protocol.Did.NetworkName.IsValid(network)) return new Fault(FaultCode.UsageWrong, "--network is not a network's name.");
        string[]? named = hosts?.Split(',', StringSplitOptions.TrimEntries);
        if (named is not null && (named.Length != members || named.Any(host => Uri.CheckHostName(host) == UriHostNameType.Unknown))) return new Fault(FaultCode.UsageWrong, $"--hosts is {members} host names with commas between.");
        Uri Links(int member) => named is null ? new($"https://127.0.0.1:{port + LocalFounding.LinksPortOffset + member}") : new($"https://{named[member]}:{LinksPort}");
        if (!LocalFounding.Found(path, members, shards, network, Links, call.Terminal.Random, call.Terminal.Clock).TryGet(out GenesisFile? genesis, out Fault fault)) return fault;
        string[] commands = [.. Enumerable.Range(0, members).Select(i => $"healthledger-node --role member --data {LocalFounding.MemberFolderOf(path, i)} --url {LocalFounding.UrlOf(port, i)} --links-url {Links(i).AbsoluteUri.TrimEnd('/')}")];
        string urls = string.Join(',', Enumerable.Range(0, members).Select(i => LocalFounding.UrlOf(port, i).AbsoluteUri.TrimEnd('/')));
        Uri gateway = LocalFounding.UrlOf(port, LocalFounding.GatewayPortOffset);
        return Answer.Of(
            new JsonObject
            {
                ["network"] = network,
                ["genesis"] = genesis.Hash.ToString(),
                ["members"] = new JsonArray([.. genesis.Configuration.Members.Select((member, i) => (JsonNode)new JsonObject
                {
                    ["name"] = member.Name, ["id"] = member.Identity.KeyId.ToString(), ["folder"] = LocalFounding.MemberFolderOf(path, i),
                    ["url"] = LocalFounding.UrlOf(port, i).AbsoluteUri.TrimEnd('/'), ["linksUrl"] = member.Endpoint,
                })]),
                ["gateway"] = new JsonObject { ["folder"] = LocalFounding.GatewayFolderOf(path), ["url"] = gateway.AbsoluteUri.TrimEnd('/'), ["nodes"] = urls },
            },
            [$"Network {network}, genesis {genesis.Hash}, in {path}. Start each member:", .. commands,
                $"A gateway in front of them: healthledger-node --role gateway --data {LocalFounding.GatewayFolderOf(path)} --url {gateway.AbsoluteUri.TrimEnd('/')} --nodes {urls}"]);
    }
}
