using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using HealthLedger.Actors.Network;
using HealthLedger.Client;
using HealthLedger.Client.Connection;
using HealthLedger.Node.Demo.Members;
using HealthLedger.Node.Doors;
using HealthLedger.Protocol.Errors;
using Spectre.Console;

namespace HealthLedger.Node.Demo;

/// <summary>Tells the story on a cluster that runs already, each member in a process of its own on this machine.</summary>
internal static class ClusterDemo
{
    private const string ClientsName = "clients";

    /// <summary>The exit code: 0 only if every step held.</summary>
    /// <param name="options">Names the members' doors.</param>
    /// <param name="cluster">The network's folder.</param>
    /// <param name="control">The program that stops and starts members.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<int> RunAsync(NodeOptions options, string cluster, string? control, CancellationToken cancel)
    {
        if (options.Nodes.Count == 0 || control is null) return Refusal.Say(new Fault(FaultCode.UsageWrong, "--cluster needs --nodes, the members' doors in order, and --control, the program that stops and starts them."));
        string first = LocalFounding.MemberFolderOf(cluster, 0);
        if (!MemberFolder.Open(first).TryGet(out MemberFolder? folder, out Fault fault) || !Seats.Of(folder).TryGet(out IReadOnlyList<Seated>? seated, out fault)) return Refusal.Say(fault);
        if (seated.FirstOrDefault(one => one.Name == DemoStory.HospitalName) is not { } hospital || seated.FirstOrDefault(one => one.Name == DemoStory.ClinicName) is not { } clinic)
            return Refusal.Say(new Fault(FaultCode.KeyFolderIncomplete, $"{first} has no keys of {DemoStory.HospitalName} and {DemoStory.ClinicName}."));

        TimeProvider clock = TimeProvider.System;
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(60), BaseAddress = options.Nodes[0] };
        string run = RandomNumberGenerator.GetHexString(8, lowercase: true);
        using SmartSystem hospitalSystem = new(http, $"riverside-his-{run}", clock), clinicSystem = new(http, $"oakwood-ehr-{run}", clock);
        string[] registered = [Register(first, hospitalSystem, hospital.Name), Register(first, clinicSystem, clinic.Name)];
        try
        {
            Result<LedgerClient> connected = await LedgerClient.ConnectAsync(new HttpLedgerConnection(http, new HttpLedgerOptions { BaseAddress = options.Nodes[0] }, clock), folder.Genesis.Hash, cancel: cancel);
            if (!connected.TryGet(out LedgerClient? ledger, out fault)) return Refusal.Say(fault);
            using DemoWorld world = new()
            {
                Members = new ProcessMembers(http, options.Nodes, cluster, control),
                Http = http,
                Ledger = ledger,
                Hospital = hospital.Wallet,
                Clinic = clinic.Wallet,
                HospitalDoor = new FhirDoor(http, hospitalSystem.TokenAsync),
                ClinicDoor = new FhirDoor(http, clinicSystem.TokenAsync),
                Folder = cluster,
                Seed = (int)(clock.GetUtcNow().ToUnixTimeSeconds() % 1_000_000),
            };
            return await new DemoStory(AnsiConsole.Console, clock).TellAsync(world, $"{options.Nodes.Count} members in processes of their own, doors at {options.Nodes[0]}", cancel) ? 0 : 1;
        }
        finally
        {
            foreach (string file in registered) File.Delete(file);
        }
    }

    // As an operator registers a system: a file in the node's folder, which it reads by itself.
    private static string Register(string folder, SmartSystem system, string organization)
    {
        string clients = Path.Combine(folder, ClientsName), path = Path.Combine(clients, $"{system.ClientId}.json"), draft = path + ".new";
        Directory.CreateDirectory(clients);
        JsonObject file = new() { ["clientId"] = system.ClientId, ["organization"] = organization, ["scopes"] = "system/*.cruds", ["jwks"] = JsonNode.Parse(system.KeySet()) };
        File.WriteAllText(draft, file.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        File.Move(draft, path);
        return path;
    }
}
