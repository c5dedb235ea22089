using System.Text.Json;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Shell;
using HealthLedger.Client;
using HealthLedger.Protocol.Checkpoints;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Nodes;

/// <summary><c>status</c>: the node, its network, its newest checkpoint, its health.</summary>
internal static class StatusCommand
{
    private const int HealthBytesMax = 1 << 20;

    /// <summary>The command.</summary>
    public static LedgerCommand Make() => new("status", "Show the node, its network and its health",
        "status  # the node of HEALTHLEDGER_NODE, else http://127.0.0.1:8080",
        "status --node https://node.example:8443 --json")
    {
        Run = RunAsync,
    };

    private static async Task<Result<Answer>> RunAsync(Call call)
    {
        if (!(await call.ConnectAsync()).TryGet(out LedgerClient? client, out Fault fault)) return fault;
        GenesisFile genesis = client.Network.Genesis;
        Result<string> note = await client.Connection.CheckpointAsync(call.Cancel);
        Result<VerifiedCheckpoint> checkpoint = note.TryGet(out string? text, out fault) ? CheckpointVerifier.Verify(text, client.Network.Configurations) : fault;
        Configuration current = client.Network.Configurations.Newest;
        JsonNode? health = await HealthAsync(call);
        JsonObject json = new()
        {
            ["node"] = call.Node().Value.ToString(), ["network"] = genesis.Network, ["genesis"] = genesis.Hash.ToString(), ["shards"] = genesis.Shards,
            ["members"] = new JsonArray([.. current.Members.Select(member => (JsonNode)member.Name)]),
            ["configuration"] = current.Number,
            ["faultsSurvived"] = current.F,
            ["checkpoint"] = checkpoint.IsOk
                ? new JsonObject { ["size"] = checkpoint.Value.Size, ["root"] = checkpoint.Value.Root.ToString(), ["cosigners"] = checkpoint.Value.Members.Length, ["configuration"] = checkpoint.Value.Config }
                : FaultPrinter.ToJson(checkpoint.Fault),
            ["health"] = health,
        };
        return new Answer(json, console =>
        {
            Grid grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
            void Row(string name, string value) => grid.AddRow(Markup.Escape(name), Markup.Escape(value));
            Row("Node", call.Node().Value.ToString());
            Row("Network", genesis.Network);
            Row("Genesis", genesis.Hash.ToString());
            Row("Members", $"{string.Join(", ", current.Members.Select(member => member.Name))} (configuration {current.Number}, survives {current.F} that lie)");
            Row("Shards", $"{genesis.Shards} and the directory");
            Row("Checkpoint", checkpoint.IsOk ? $"size {checkpoint.Value.Size}, cosigned by {checkpoint.Value.Members.Length} members of configuration {checkpoint.Value.Config}" : checkpoint.Fault.ToString());
            Row("Health", health is null ? "not told" : health.ToJsonString());
            console.Write(grid);
        });
    }

    private static async Task<JsonNode?> HealthAsync(Call call)
    {
        using HttpClient http = call.Terminal.Http();
        http.MaxResponseContentBufferSize = HealthBytesMax;
        try
        {
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(call.Cancel);
            patience.CancelAfter(TimeSpan.FromSeconds(5));
            using HttpResponseMessage response = await http.GetAsync(new Uri(call.Node().Value, "health/ready"), patience.Token);
            string body = await response.Content.ReadAsStringAsync(patience.Token);
            return body.StartsWith('{') ? JsonNode.Parse(body) : JsonValue.Create(((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException || (exception is OperationCanceledException && !call.Cancel.IsCancellationRequested))
        {
            return null;
        }
    }
}
