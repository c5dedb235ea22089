using System.CommandLine;
using HealthLedger.Node.Demo;
using HealthLedger.Node.Standalone;

namespace HealthLedger.Node;

/// <summary>The command line of the node.</summary>
internal static class NodeCommand
{
    private const string Examples = """

        Examples:
          healthledger-node                                   a network of four members in this process, on http://127.0.0.1:8080
          healthledger-node --members 1 --data /var/lib/hl    one member, its data in that folder
          healthledger-node demo                              plays the story, then serves
          healthledger-node demo --once                       ends after the story; exit code 0 only if every step held
        """;

    /// <summary>The command with its options and its one subcommand.</summary>
    public static RootCommand Create()
    {
        Option<string> role = new("--role") { Description = "What this process is. Here: standalone, a whole network in one process.", DefaultValueFactory = _ => "standalone" };
        role.AcceptOnlyFromAmong("standalone");
        Option<DirectoryInfo> data = new("--data") { Description = "Where keys, ledger and vault live. Created at the first start, continued later.", DefaultValueFactory = _ => new DirectoryInfo("healthledger-data") };
        Option<int> members = new("--members") { Description = "Members of the network, 1 to 7. Fixed at the first start.", DefaultValueFactory = _ => 4 };
        members.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 7) result.AddError("--members is a number from 1 to 7.");
        });
        Option<int> shards = new("--shards") { Description = "Shards beside the directory, 1 to 1024. Fixed at the first start.", DefaultValueFactory = _ => 4 };
        shards.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1024) result.AddError("--shards is a number from 1 to 1024.");
        });
        Option<Uri> url = new("--url")
        {
            Description = "Where the doors listen: an http address. Port 0 takes a free one.",
            DefaultValueFactory = _ => new Uri("http://127.0.0.1:8080"),
            CustomParser = result =>
            {
                if (result.Tokens is [{ Value: var text }] && Uri.TryCreate(text, UriKind.Absolute, out Uri? parsed) && parsed.Scheme == Uri.UriSchemeHttp) return parsed;
                result.AddError("--url is an address such as http://127.0.0.1:8080.");
                return null;
            },
        };
        Option<bool> once = new("--once") { Description = "End after the story." };

        Command demo = new("demo", "Starts a whole network, plays the main story with real results, then serves until Ctrl-C.") { once };
        RootCommand root = new("A HealthLedger node: validators, actors, doors and portal." + Examples) { demo };
        foreach (Option option in new Option[] { role, data, members, shards, url })
        {
            option.Recursive = true;
            root.Options.Add(option);
        }
        NodeOptions Options(ParseResult parsed) => new()
        {
            Data = parsed.GetRequiredValue(data).FullName,
            Members = parsed.GetValue(members),
            Shards = parsed.GetValue(shards),
            Url = parsed.GetRequiredValue(url),
        };
        root.SetAction((parsed, cancel) => StandaloneCommand.RunAsync(Options(parsed), cancel));
        demo.SetAction((parsed, cancel) => DemoCommand.RunAsync(Options(parsed), parsed.GetValue(once), cancel));
        return root;
    }
}
