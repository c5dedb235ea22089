using HealthLedger.Client;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Keys;
using HealthLedger.Gateway.Smart;
using HealthLedger.Node.Demo.Members;
using HealthLedger.Node.Doors;
using HealthLedger.Node.Standalone;
using HealthLedger.Protocol.Errors;
using Spectre.Console;

namespace HealthLedger.Node.Demo;

/// <summary>Starts a whole network, tells the story, then serves.</summary>
internal static class DemoCommand
{
    /// <summary>The exit code: 0 only if every step held.</summary>
    public static async Task<int> RunAsync(NodeOptions options, bool once, CancellationToken cancel)
    {
        TimeProvider clock = TimeProvider.System;
        IAnsiConsole console = AnsiConsole.Console;
        Directory.CreateDirectory(options.Data);
        long started = clock.GetTimestamp();
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(60) };
        using SmartSystem hospitalSystem = new(http, "riverside-his", clock), clinicSystem = new(http, "oakwood-ehr", clock);
        Result<StandaloneHost> result = await StandaloneHost.StartAsync(options, NetworkName.New("demo"),
            organizations =>
            [
                ClientOf(hospitalSystem, organizations.First(known => known.Name == DemoStory.HospitalName).Did.ToString()),
                ClientOf(clinicSystem, organizations.First(known => known.Name == DemoStory.ClinicName).Did.ToString()),
            ],
            logging => logging.AddProvider(new FileLog(Path.Combine(options.Data, "node.log"), clock)).SetMinimumLevel(LogLevel.Information), cancel);
        if (!result.TryGet(out StandaloneHost? host, out Fault fault)) return Refusal.Say(fault);
        await using (host)
        {
            http.BaseAddress = host.Address;
            Result<LedgerClient> connected = await LedgerClient.ConnectAsync(new HttpLedgerConnection(http, new HttpLedgerOptions { BaseAddress = host.Address }, clock), cancel: cancel);
            if (!connected.TryGet(out LedgerClient? ledger, out fault)) return Refusal.Say(fault);
            using DemoWorld world = new()
            {
                Members = new LocalMembers(host.Nodes, options.Data),
                Http = http,
                Ledger = ledger,
                Hospital = WalletOf(host, DemoStory.HospitalName),
                Clinic = WalletOf(host, DemoStory.ClinicName),
                HospitalDoor = new FhirDoor(http, hospitalSystem.TokenAsync),
                ClinicDoor = new FhirDoor(http, clinicSystem.TokenAsync),
                Folder = options.Data,
                Seed = (int)(clock.GetUtcNow().ToUnixTimeSeconds() % 1_000_000),
            };
            bool held = await new DemoStory(console, clock).TellAsync(world, $"ready in {clock.GetElapsedTime(started).TotalSeconds:0.0} s. Data in {options.Data}", cancel);
            if (once || cancel.IsCancellationRequested) return held ? 0 : 1;
            console.WriteLine();
            console.MarkupLine($"[bold]Serving.[/] Portal [link]{host.Address}portal/index.html[/]   FHIR [link]{host.Address}fhir/metadata[/]   health [link]{host.Address}health/ready[/]   metrics [link]{host.Address}metrics[/]");
            console.MarkupLine("[grey]Ctrl-C ends; a second start continues on the same data.[/]");
            await host.WaitForShutdownAsync(cancel);
            return held ? 0 : 1;
        }
    }

    private static OrganizationWallet WalletOf(StandaloneHost host, string name) =>
        host.Wallets[host.Nodes.Network.Organizations.Select((keys, i) => (keys.Name, Index: i)).First(item => item.Name == name).Index];

    private static SmartClient ClientOf(SmartSystem system, string organization) =>
        new(system.ClientId, organization, JsonWebKeySet.Parse(system.KeySet(), out _)!, ScopeSet.Parse("system/*.cruds")!);
}
