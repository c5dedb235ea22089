using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Administration;

/// <summary><c>admin status</c>: how every node that is named does, side by side: members, shards, leaders, lag, links, queues, disk.</summary>
internal static class AdminStatusCommand
{
    private const int StatusBytesMax = 4 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Option<bool> links = new("--links") { Description = "Show each node's links to the other members too" };
        LedgerCommand command = new("status", "Show members, shards, leaders, lag, links, queues and disk of every node that is named",
            "admin status --node http://10.0.0.1:8080 --node http://10.0.0.2:8080",
            "admin status --links",
            "admin status --json  # exit code 69 where a node does not answer or is not ready")
        {
            Run = call => RunAsync(call, call.Value(links)),
        };
        command.Add(links);
        return command;
    }

    private static async Task<Result<Answer>> RunAsync(Call call, bool links)
    {
        if (!call.Nodes().TryGet(out IReadOnlyList<Uri>? nodes, out Fault fault)) return fault;
        using HttpClient http = call.Terminal.Http();
        http.MaxResponseContentBufferSize = StatusBytesMax;
        JsonObject[] all = await Task.WhenAll(nodes.Select(node => AskAsync(http, node, call.Cancel)));
        bool good = all.All(status => Flag(status, "ready"));
        return new Answer(new JsonArray([.. all]), console =>
        {
            console.Write(Overview(all));
            if (Shards(all) is { } shards) console.Write(shards);
            if (links && Links(all) is { } table) console.Write(table);
            foreach (JsonObject status in all)
                foreach (JsonNode? warning in status["warnings"]?.AsArray() ?? [])
                    console.MarkupLineInterpolated($"[yellow]{NameOf(status)}[/]: {warning!.GetValue<string>()}");
        })
        { ExitCode = good ? 0 : FaultTable.Row(FaultCode.ConnectionFailed).ExitCode };
    }

    // A node that does not answer is a line of the table, not the end of the command.
    private static async Task<JsonObject> AskAsync(HttpClient http, Uri node, CancellationToken cancel)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        string why;
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri(node, "ledger/status"), patience.Token);
            if (answer.IsSuccessStatusCode && JsonNode.Parse(await answer.Content.ReadAsStringAsync(patience.Token)) is JsonObject status)
            {
                status["url"] = node.AbsoluteUri;
                return status;
            }
            why = $"It answers {(int)answer.StatusCode}.";
        }
        catch (Exception silent) when (silent is HttpRequestException or JsonException || (silent is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            why = silent is OperationCanceledException ? $"No answer within {Patience.TotalSeconds:0} s." : silent.Message;
        }
        return new JsonObject { ["url"] = node.AbsoluteUri, ["ready"] = false, ["warnings"] = new JsonArray(why) };
    }

    private static Table Overview(JsonObject[] all)
    {
        Table table = new Table().RoundedBorder().AddColumns("Node", "Role", "State", "Votes on", "Leads", "Behind", "Waiting", "Links", "Disk free", "Configuration", "Build");
        foreach (JsonObject status in all)
        {
            JsonObject[] shards = ObjectsOf(status, "shards"), links = ObjectsOf(status, "links");
            long free = Number(status["store"], "diskFreeBytes"), disk = Number(status["store"], "diskBytes");
            table.AddRow(
                Markup.Escape(NameOf(status)), Text(status, "role"), Flag(status, "ready") ? "[green]ready[/]" : status.ContainsKey("role") ? "[yellow]not ready[/]" : "[red]silent[/]",
                shards.Length == 0 ? "" : $"{shards.Count(shard => Text(shard, "mode") == "Voting")} of {shards.Length}",
                string.Join(' ', shards.Where(shard => Flag(shard, "isLeading")).Select(shard => Number(shard, "shard"))),
                shards.Length == 0 ? "" : $"{shards.Sum(shard => Number(shard, "behind"))}", shards.Length == 0 ? "" : $"{shards.Sum(shard => Number(shard, "waiting"))}",
                links.Length == 0 ? "" : $"{links.Count(link => Flag(link, "isUp") && Flag(link, "isHeard"))} of {links.Length}",
                free < 0 || disk <= 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1 << 30):0.0} GiB, {100 * free / disk} %"),
                status["configuration"] is JsonObject configuration ? $"{Number(configuration, "number")}, rules {Number(configuration, "rulesVersion")}" : "", Markup.Escape(Text(status, "build")));
        }
        return table;
    }

    private static Table? Shards(JsonObject[] all)
    {
        JsonObject[] members = [.. all.Where(status => ObjectsOf(status, "shards").Length > 0)];
        if (members.Length == 0) return null;
        Table table = new Table().RoundedBorder().AddColumns(["Shard", "Leader", "Epoch", .. members.Select(status => Markup.Escape(NameOf(status)))]);
        foreach (long shard in members.SelectMany(status => ObjectsOf(status, "shards")).Select(each => Number(each, "shard")).Distinct().Order())
        {
            JsonObject?[] each = [.. members.Select(status => ObjectsOf(status, "shards").FirstOrDefault(one => Number(one, "shard") == shard))];
            JsonObject newest = each.OfType<JsonObject>().MaxBy(one => (Number(one, "configuration"), Number(one, "epoch")))!;
            table.AddRow([
                shard == 0 ? "0 directory" : $"{shard}", Markup.Escape(Text(newest, "leader")), $"{Number(newest, "configuration")}.{Number(newest, "epoch")}",
                .. each.Select(one => one is null ? "" : $"{Number(one, "height")}{(Text(one, "mode") == "Voting" ? "" : $" [yellow]{Text(one, "mode").ToLowerInvariant()}[/]")}"),
            ]);
        }
        return table;
    }

    private static Table? Links(JsonObject[] all)
    {
        Table table = new Table().RoundedBorder().AddColumns("From", "To", "State", "Round trip", "Queue", "Dropped", "Why last down");
        foreach (JsonObject status in all)
            foreach (JsonObject link in ObjectsOf(status, "links"))
                table.AddRow(Markup.Escape(NameOf(status)), Markup.Escape(Text(link, "name")), Flag(link, "isUp") ? Flag(link, "isHeard") ? "[green]up[/]" : "[yellow]not heard[/]" : "[red]down[/]",
                    link["roundTripMilliseconds"] is JsonValue trip ? string.Create(CultureInfo.InvariantCulture, $"{trip.GetValue<double>():0.0} ms") : "", $"{Number(link, "queue")}", $"{Number(link, "dropped")}", Markup.Escape(Text(link, "lastFault")));
        return table.Rows.Count == 0 ? null : table;
    }

    private static string NameOf(JsonObject status) => status["member"] is JsonObject member ? Text(member, "name") : new Uri(Text(status, "url")).Authority;

    private static JsonObject[] ObjectsOf(JsonObject status, string name) => status[name] is JsonArray list ? [.. list.OfType<JsonObject>()] : [];

    private static string Text(JsonNode? node, string name) => node?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    private static bool Flag(JsonNode? node, string name) => node?[name] is JsonValue value && value.TryGetValue(out bool flag) && flag;

    private static long Number(JsonNode? node, string name) => node?[name] is JsonValue value && value.TryGetValue(out long number) ? number : 0;
}
