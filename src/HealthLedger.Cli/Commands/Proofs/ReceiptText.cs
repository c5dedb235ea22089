using System.Text.Json.Nodes;
using HealthLedger.Cli.Names;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Cli.Commands.Proofs;

/// <summary>What a receipt proves, in words.</summary>
internal static class ReceiptText
{
    /// <summary>As a command's answer.</summary>
    public static Answer Answer(ReceiptFacts facts, string last) => Shell.Answer.Of(Json(facts), [.. Lines(facts), last]);

    /// <summary>As JSON.</summary>
    public static JsonObject Json(ReceiptFacts facts) => new()
    {
        ["network"] = facts.Network, ["shard"] = facts.Shard, ["height"] = facts.Height, ["block"] = facts.Block.ToString(), ["time"] = Words.Instant(facts.Time), ["leaf"] = facts.LeafIndex,
        ["statement"] = facts.StatementId.ToString(), ["issuer"] = facts.Issuer, ["key"] = facts.KeyId.ToString(), ["event"] = facts.Event.Hash.ToString(),
        ["eventType"] = facts.Event.Event?.Type, ["outcome"] = facts.Outcome.Kind.ToString().ToLowerInvariant(),
        ["reason"] = facts.Outcome.Reason is { } reason ? FaultTable.Text(reason) : null, ["configuration"] = facts.Configuration.Number, ["voters"] = new JsonArray([.. facts.Voters.Select(voter => (JsonNode)voter)]),
    };

    /// <summary>As lines.</summary>
    public static IEnumerable<string> Lines(ReceiptFacts facts) =>
    [
        $"Entry      leaf {facts.LeafIndex} of shard {facts.Shard}, height {facts.Height}, {Words.Time(facts.Time)}",
        $"Statement  {facts.StatementId} by {facts.Issuer}",
        $"Event      {(facts.Event.Event is { } item ? $"type {item.Type}" : "withheld")}, {facts.Event.Hash}",
        $"Outcome    {facts.Outcome.Kind.ToString().ToLowerInvariant()}{(facts.Outcome.Reason is { } reason ? $": {FaultTable.Text(reason)} {FaultTable.Row(reason).Sentence}" : "")}",
        $"Committed  by {facts.Voters.Length} of {facts.Configuration.N} members{(facts.Configuration.Number == 0 ? "" : $" of configuration {facts.Configuration.Number}")}: {string.Join(", ", facts.Voters.Select(voter => facts.Configuration.Members[voter].Name))}",
    ];
}
