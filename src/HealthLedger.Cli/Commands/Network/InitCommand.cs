using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Cli.Commands.Network;

/// <summary><c>network init</c>: a party makes its keys and the request that it hands in.</summary>
internal static class InitCommand
{
    private const string DefaultRoles = "provider,laboratory,pharmacy,emergency,custodian";

    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Option<string> network = new("--network") { Description = "The network's name, the same for all founders: 1 to 63 of a-z, 0-9 and '-'", HelpName = "NAME", Required = true };
        Option<string> name = new("--name") { Description = "What people call the organization", HelpName = "NAME", Required = true };
        Option<string?> endpoint = new("--endpoint") { Description = "Where other members will reach its node: https://host:port; leave it out for an organization that runs no node", HelpName = "URL" };
        Option<string> roles = new("--roles") { Description = $"What it asks to be attested, with commas between: {NetworkText.RoleWords}", HelpName = "ROLES", DefaultValueFactory = _ => DefaultRoles };
        Option<string> folder = new("--folder") { Description = "The node's folder; the keys are made in it and stay there", HelpName = "FOLDER", Required = true };
        LedgerCommand command = new("init", "Make a member's keys in its folder, and the request file to hand in",
            "network init --network care-7 --name \"Riverside Hospital\" --endpoint https://ledger.riverside.example:9443 --folder /var/lib/healthledger",
            "network init --network care-7 --name \"Meridian Insurance\" --roles payer --folder /etc/healthledger-gateway  # an organization without a node of its own")
        {
            Run = call => Task.FromResult(Init(call, call.Value(network)!, call.Value(name)!, call.Value(endpoint), call.Value(roles)!, call.Value(folder)!)),
        };
        foreach (Option option in new Option[] { network, name, endpoint, roles, folder }) command.Add(option);
        return command;
    }

    private static Result<Answer> Init(Call call, string network, string name, string? endpoint, string roles, string folder)
    {
        if (!NetworkName.IsValid(network)) return new Fault(FaultCode.UsageWrong, "--network is not a network's name.");
        if (endpoint is not null && !NetworkText.IsEndpoint(endpoint)) return new Fault(FaultCode.UsageWrong, "--endpoint is an address such as https://ledger.example:9443.");
        if (!NetworkText.Roles(roles).TryGet(out OrganizationRoles asked, out Fault fault)) return fault;
        string path = endpoint is not null ? MemberFolder.MemberPath(folder) : MemberFolder.OrganizationPath(folder, name.ToLowerInvariant().Replace(' ', '-'));
        if (!PartyFolder.Create(path, network, name, asked, endpoint?.TrimEnd('/'), call.Terminal.Random).TryGet(out PartyFolder? party, out fault)) return fault;
        string identity = party.Request.Organization.Identity.KeyId.ToString();
        return Answer.Of(new JsonObject { ["request"] = party.RequestPath, ["identity"] = identity, ["keys"] = path },
            $"Keys in {path}; they stay there. The identity key may be taken away after signing and kept in a safe.",
            $"Identity {identity}",
            $"Hand {party.RequestPath} to the one who puts the genesis together, and tell the others the identity another way.");
    }
}
