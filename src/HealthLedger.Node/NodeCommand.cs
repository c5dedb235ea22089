using System.CommandLine;
using HealthLedger.Node.Demo;
using HealthLedger.Node.Doors;
using HealthLedger.Node.Gateways;
using HealthLedger.Node.Members;
using HealthLedger.Node.Settings;
using HealthLedger.Node.Silos;
using HealthLedger.Node.Standalone;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node;

/// <summary>The command line of the node.</summary>
internal static class NodeCommand
{
    private const string Examples = """


        Every setting may also come from the environment (HEALTHLEDGER__LINKSURL=...) or from appsettings.json beside the program
        ({ "HealthLedger": { "LinksUrl": ... } }); the command line comes first, then the environment.

        Examples:
          healthledger-node                                   a network of four members in this process, on http://127.0.0.1:8080
          healthledger-node --members 1 --data /var/lib/hl    one member, its data in that folder
          healthledger-node --role member --data /var/lib/hl --url http://127.0.0.1:8080 --links-url https://0.0.0.0:9443
                                                              one member of a network whose others are elsewhere; found it with `healthledger network`
          healthledger-node --role gateway --data /etc/hl --nodes http://10.0.0.1:8080,http://10.0.0.2:8080
                                                              doors only, in front of members' nodes
          healthledger-node demo                              plays the story, then serves
          healthledger-node demo --once                       ends after the story; exit code 0 only if every step held
          deploy/local-cluster.sh demo                        the story on a cluster of processes
        """;

    /// <summary>The command with its options and its one subcommand.</summary>
    public static RootCommand Create()
    {
        NodeSettings settings = new();
        Option<bool> once = new("--once") { Description = "End after the story." };
        Option<DirectoryInfo?> cluster = new("--cluster") { Description = "Play it on a cluster that runs on this machine instead: the folder that `healthledger network local` made. --nodes names the members' doors, in order.", HelpName = "folder" };
        Option<FileInfo?> control = new("--control") { Description = "With --cluster: the program that stops and starts its members (`stop 3`, `start 3`).", HelpName = "program" };
        Command demo = new("demo", "Starts a whole network, plays the main story with real results, then serves until Ctrl-C.") { once, cluster, control };
        RootCommand root = new("A HealthLedger node: validators, actors, doors and portal." + Examples) { demo };
        foreach (Option option in settings.Options) root.Options.Add(option);
        root.SetAction((parsed, cancel) => WithAsync(settings, parsed, options => options.Role switch
        {
            NodeRole.Member => MemberCommand.RunAsync(options, cancel),
            NodeRole.Gateway => GatewayCommand.RunAsync(options, cancel),
            NodeRole.Silo => SiloCommand.RunSiloAsync(options, cancel),
            NodeRole.ClusterGateway => SiloCommand.RunGatewayAsync(options, cancel),
            _ => StandaloneCommand.RunAsync(options, cancel),
        }));
        demo.SetAction((parsed, cancel) => WithAsync(settings, parsed, options => parsed.GetValue(cluster) is { } folder
            ? ClusterDemo.RunAsync(options, folder.FullName, parsed.GetValue(control)?.FullName, cancel)
            : DemoCommand.RunAsync(options, parsed.GetValue(once), cancel)));
        return root;
    }

    private static async Task<int> WithAsync(NodeSettings settings, ParseResult parsed, Func<NodeOptions, Task<int>> run)
    {
        if (!NodeSettings.Configuration().TryGet(out IConfiguration? configuration, out Fault fault)) return Refusal.Say(fault);
        return settings.Read(parsed, configuration).TryGet(out NodeOptions? options, out fault) ? await run(options) : Refusal.Say(fault);
    }
}
