using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Shell;
using HealthLedger.Client;
using HealthLedger.Client.Governance;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Cli.Commands.Administration;

/// <summary><c>admin configuration</c>: who the members are, and how members change it.</summary>
internal static class ConfigurationCommands
{
    private const int HashDigitsLeast = 8;

    /// <summary>The group.</summary>
    public static LedgerCommand Make() => new LedgerCommand("configuration", "Show who the members are; propose and approve who shall be",
        "admin configuration show",
        "admin configuration propose --add fifth.cbor --folder /var/lib/healthledger",
        "admin configuration approve 9c1fa4e2 --folder /var/lib/healthledger",
        "admin configuration export --out configurations.cbor")
        .With(Show(), Propose(), Approve(), Export());

    private static LedgerCommand Show() => new("show", "Show the members, proved from the genesis on, and what is proposed",
        "admin configuration show", "admin configuration show --node https://node.example:8443 --json")
    {
        Run = async call =>
        {
            if (!(await call.ConnectAsync()).TryGet(out LedgerClient? client, out Fault fault)) return fault;
            if (!(await new GovernanceClient(client).ProposalsAsync(call.Cancel)).TryGet(out IReadOnlyList<OpenProposal>? open, out fault)) return fault;
            Configuration current = client.Network.Configurations.Newest;
            JsonObject json = ConfigurationText.Json(current);
            json["proposals"] = new JsonArray([.. open.Select(proposal => (JsonNode)ConfigurationText.Json(proposal, current))]);
            return Answer.Of(json, [.. ConfigurationText.Lines(current), .. open.SelectMany(proposal => ConfigurationText.Lines(proposal, current)), .. open.Count == 0 ? ["Nothing is proposed."] : Array.Empty<string>()]);
        },
    };

    private static LedgerCommand Propose()
    {
        Option<string[]> add = new("--add") { Description = "The request of a new member, or of an organization that runs no node; may be given again", HelpName = "FILE" };
        Option<string[]> remove = new("--remove") { Description = "A member's name, or the first digits of its identity; may be given again", HelpName = "NAME" };
        Option<string[]> replace = new("--replace") { Description = "A member's name, then the request that takes its place: another member, or the same one with other keys", HelpName = "NAME FILE", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
        Option<string[]> withdraw = new("--withdraw") { Description = "An organization whose statements shall no longer be taken", HelpName = "NAME" };
        Option<int?> rules = new("--rules") { Description = "The version of the rules: the present one or the next", HelpName = "VERSION" };
        Option<bool> dry = new("--dry-run") { Description = "Show what would be proposed, and propose nothing" };
        IdentityOption identity = new();
        LedgerCommand command = new("propose", "Propose the next configuration; who proposes approves. Another proposal of the same member takes the place of this one",
            "admin configuration propose --add fifth.cbor --folder /var/lib/healthledger",
            "admin configuration propose --remove \"Northgate Clinic\" --identity /media/safe/identity.key",
            "admin configuration propose --replace \"Northgate Clinic\" request.cbor --folder /var/lib/healthledger  # other keys, or another member",
            "admin configuration propose --rules 2 --folder /var/lib/healthledger --dry-run")
        {
            Run = async call =>
            {
                if (!(await call.ConnectAsync()).TryGet(out LedgerClient? client, out Fault fault)) return fault;
                Configuration current = client.Network.Configurations.Newest;
                ConfigurationChange change = new(current, client.Network.Organizations.Values);
                if (Collect(call.Value(add) ?? [], call.Value(remove) ?? [], call.Value(replace) ?? [], call.Value(withdraw) ?? [], change) is { } unfit) return unfit;
                change.RulesVersion = call.Value(rules) ?? current.RulesVersion;
                if (!change.Make().TryGet(out Configuration? next, out fault)) return fault;
                string[] changes = [.. ConfigurationText.Changes(current, next)];
                if (changes.Length == 0) return new Fault(FaultCode.UsageWrong, "That would change nothing.");
                if (call.Value(dry)) return Answer.Of(ConfigurationText.Json(next), [$"Would propose  {next.Hash}", .. changes.Select(line => $"  {line}")]);
                if (!identity.Read(call).TryGet(out SigningKey? key, out fault)) return fault;
                return (await new GovernanceClient(client).ProposeAsync(next, key, call.Cancel)).TryGet(out GovernanceAnswer? answer, out fault) ? Told(answer, next, current) : fault;
            },
        };
        foreach (Option option in new Option[] { add, remove, replace, withdraw, rules, dry }) command.Add(option);
        identity.AddTo(command);
        return command;
    }

    private static LedgerCommand Approve()
    {
        Argument<string> hash = new("hash") { Description = "The proposal's hash, or at least eight digits of it" };
        IdentityOption identity = new();
        LedgerCommand command = new("approve", "Approve a proposal, after reading it. A member stands behind one proposal at a time: its last word counts",
            "admin configuration show  # what is proposed, and what it changes",
            "admin configuration approve 9c1fa4e2 --folder /var/lib/healthledger")
        {
            Run = async call =>
            {
                if (!(await call.ConnectAsync()).TryGet(out LedgerClient? client, out Fault fault)) return fault;
                GovernanceClient governance = new(client);
                if (!(await governance.ProposalsAsync(call.Cancel)).TryGet(out IReadOnlyList<OpenProposal>? open, out fault)) return fault;
                string named = call.Value(hash)!;
                OpenProposal[] meant = named.Length < HashDigitsLeast ? [] : [.. open.Where(proposal => proposal.Configuration.Hash.ToString().StartsWith(named, StringComparison.OrdinalIgnoreCase))];
                if (meant is not [var one]) return new Fault(FaultCode.ProposalUnknown, $"No single open proposal begins with \"{named}\"; `admin configuration show` lists them.");
                if (!identity.Read(call).TryGet(out SigningKey? key, out fault)) return fault;
                Configuration current = client.Network.Configurations.Newest;
                return (await governance.ApproveAsync(one.Configuration.Hash, key, call.Cancel)).TryGet(out GovernanceAnswer? answer, out fault) ? Told(answer, one.Configuration, current) : fault;
            },
        };
        command.Add(hash);
        identity.AddTo(command);
        return command;
    }

    private static LedgerCommand Export()
    {
        Option<string> output = new("--out") { Description = "The file to write", HelpName = "FILE", DefaultValueFactory = _ => "configurations.cbor" };
        LedgerCommand command = new("export", "Write the configurations since the genesis with their proofs: for a node that joins, and for checks offline",
            "admin configuration export --out configurations.cbor", "verify configurations.cbor --genesis genesis.cbor")
        {
            Run = async call =>
            {
                if (!(await call.ConnectAsync()).TryGet(out LedgerClient? client, out Fault fault)) return fault;
                ConfigurationHistory history = client.Network.Configurations;
                byte[] bytes = history.Encode();
                WholeFile.Write(call.Value(output)!, bytes);
                return Answer.Of(new JsonObject { ["file"] = call.Value(output), ["newest"] = history.Newest.Number, ["hash"] = history.Newest.Hash.ToString(), ["bytes"] = bytes.Length },
                    $"Configurations 1 to {history.Newest.Number} with their proofs in {call.Value(output)} ({bytes.Length} bytes).");
            },
        };
        command.Add(output);
        return command;
    }

    private static Fault? Collect(string[] add, string[] remove, string[] replace, string[] withdraw, ConfigurationChange change)
    {
        foreach (string name in remove)
            if (change.Remove(name) is { } fault) return fault;
        foreach (string name in withdraw)
            if (change.Withdraw(name) is { } fault) return fault;
        for (int i = 0; i < replace.Length; i += 2)
        {
            if (!Request(replace[i + 1]).TryGet(out FoundingRequest? request, out Fault unread)) return unread;
            if (change.Replace(replace[i], request) is { } fault) return fault;
        }
        foreach (string path in add)
        {
            if (!Request(path).TryGet(out FoundingRequest? request, out Fault unread)) return unread;
            if (change.Add(request) is { } fault) return fault;
        }
        return null;
    }

    private static Result<FoundingRequest> Request(string path)
    {
        if (!WholeFile.Read(path, FoundingRequest.BytesMax).TryGet(out byte[]? bytes, out Fault fault)) return fault;
        return FoundingRequest.Decode(bytes).TryGet(out FoundingRequest? request, out fault) ? request : new Fault(fault.Code, $"{path}: {fault.Message}");
    }

    private static Answer Told(GovernanceAnswer answer, Configuration configuration, Configuration current)
    {
        string what = answer.Decided ? $"Decided: each shard takes configuration {configuration.Number} in by its stop sign."
            : answer.Outcome.Kind == OutcomeKind.Duplicate ? "This member said so before; nothing has changed."
            : $"Entered. It takes {current.Q} of {current.N} members to decide; the others approve {configuration.Hash}.";
        JsonObject json = ConfigurationText.Json(configuration);
        json["decided"] = answer.Decided;
        json["outcome"] = answer.Outcome.Kind.ToString().ToLowerInvariant();
        json["receipt"] = $"{answer.StatementId}/0";
        return Answer.Of(json, [$"Configuration {configuration.Number}  {configuration.Hash}", .. ConfigurationText.Changes(current, configuration).Select(line => $"  {line}"), what, $"Receipt {answer.StatementId}/0"]);
    }
}
