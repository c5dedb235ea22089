using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Validator.Configurations;

namespace HealthLedger.Cli.Commands.Network;

/// <summary><c>network renew</c>: a member gives its node other keys, and makes the request with which it asks for them to be taken.</summary>
internal static class RenewCommand
{
    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Option<string> folder = new("--folder") { Description = "The folder of the member's node, which is stopped", HelpName = "FOLDER", Required = true };
        Option<string?> identity = new("--identity") { Description = "The folder with the member's identity key, where it is kept elsewhere", HelpName = "FOLDER" };
        Option<string?> endpoint = new("--endpoint") { Description = "Where other members will reach the node, if elsewhere than before: https://host:port", HelpName = "URL" };
        LedgerCommand command = new("renew", "Make new validator and transport keys for a member's node: after its disk was lost or restored, or because it is time",
            "network renew --folder /var/lib/healthledger  # then: admin configuration propose --replace NAME request.cbor",
            "network renew --folder /var/lib/healthledger --identity /media/safe --endpoint https://new.example:9443")
        {
            Run = call => Task.FromResult(Renew(call, call.Value(folder)!, call.Value(identity), call.Value(endpoint))),
        };
        foreach (Option option in new Option[] { folder, identity, endpoint }) command.Add(option);
        return command;
    }

    private static Result<Answer> Renew(Call call, string folder, string? identity, string? endpoint)
    {
        if (endpoint is not null && !NetworkText.IsEndpoint(endpoint)) return new Fault(FaultCode.UsageWrong, "--endpoint is an address such as https://ledger.example:9443.");
        if (!PartyFolder.Open(MemberFolder.MemberPath(folder)).TryGet(out PartyFolder? party, out Fault fault)) return fault;
        if (!party.Renew(identity, endpoint?.TrimEnd('/'), call.Terminal.Random).TryGet(out PartyFolder? renewed, out fault)) return fault;
        Hash32 key = renewed.Request.Member!.Validator.KeyId;
        string id = key.ToString(), replica = MemberFolder.ReplicaPathOf(folder);
        if (Directory.Exists(replica)) new RenewedKey(replica).Note(key);
        return Answer.Of(new JsonObject { ["request"] = renewed.RequestPath, ["validator"] = id },
            $"New keys in {MemberFolder.MemberPath(folder)}; the old ones are deleted. The node takes part again once the members have decided on them:",
            $"  healthledger admin configuration propose --replace \"{renewed.Request.Organization.Name}\" {renewed.RequestPath} --folder FOLDER-OF-A-MEMBER --node ANOTHER-MEMBER'S-DOOR",
            $"Validator key {id}");
    }
}
