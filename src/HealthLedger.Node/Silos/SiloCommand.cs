using HealthLedger.Actors.Network;
using HealthLedger.Node.Doors;
using HealthLedger.Node.Members;
using HealthLedger.Orleans.Hosting;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Node.Silos;

/// <summary>Runs a member in a silo, or doors in front of a cluster, until the process is asked to stop.</summary>
internal static class SiloCommand
{
    // The engine tells of every connection and option; what matters of it is a warning.
    private static void Log(ILoggingBuilder logging)
    {
        NodeLog.ToConsole(logging);
        logging.AddFilter(nameof(Orleans), LogLevel.Warning).AddFilter("Microsoft.Orleans", LogLevel.Warning);
    }

    /// <summary>The exit code of a silo.</summary>
    public static async Task<int> RunSiloAsync(NodeOptions options, CancellationToken cancel)
    {
        Result<MemberHost> started = await MemberHost.StartAsync(options, shardsElsewhere: true, place => SiloActors.StartAsync(place, options, cancel), TimeProvider.System, Log, cancel);
        return await MemberCommand.ServeAsync(started, cancel);
    }

    /// <summary>The exit code of a gateway.</summary>
    public static async Task<int> RunGatewayAsync(NodeOptions options, CancellationToken cancel)
    {
        if (!MemberFolder.Open(options.Data).TryGet(out MemberFolder? folder, out Fault fault) || !Seats.Of(folder).TryGet(out IReadOnlyList<Seated>? seated, out fault)) return Refusal.Say(fault);
        if (folder.Organizations.Count == 0) return Refusal.Say(new Fault(FaultCode.KeyFolderIncomplete, "A gateway acts for an organization, and its folder has no organization's keys."));
        if (!folder.Organizations[0].ReadSigning().TryGet(out SigningKey? tokenKey, out fault)) return Refusal.Say(fault);
        if (!ClusterPlaces.Of(options, folder.Genesis, null).TryGet(out ClusterPlace? place, out fault)) return Refusal.Say(fault);
        if (!DoorHost.Prepare(options.Role, options.Url, options.PublicUrl, Log).TryGet(out DoorHost? doors, out fault)) return Refusal.Say(fault);
        await using (doors)
        {
            if (!(await doors.OpenDatabaseAsync(options.Data, TimeProvider.System)).TryGet(out _, out fault)) return Refusal.Say(fault);
            if (!(await ClusterGateway.StartAsync(place, TimeProvider.System, doors.Logs, cancel)).TryGet(out ClusterGateway? cluster, out fault)) return Refusal.Say(fault);
            await using (cluster)
            await using (Orleans.Clients.ClusterNode node = cluster.NodeOf(folder.Genesis, [.. folder.Genesis.Configuration.Members.Select(member => member.Identity.KeyId)]))
            {
                if (await doors.OpenAsync(node, () => SiloStatus.Of(options.Role, folder.Genesis, node.Health(), TimeProvider.System), seated, options.Data, [], tokenKey, cancel) is { } refused) return Refusal.Say(refused);
                Console.WriteLine($"ready {doors.Address}");
                await doors.WaitForShutdownAsync(cancel);
                await doors.CloseAsync();
            }
        }
        return 0;
    }
}
