using System.Text.Json;
using System.Text.Json.Serialization;
using HealthLedger.Protocol;

namespace HealthLedger.Cli.Load;

/// <summary>One line of the file of acknowledged entries: a run that begins, an entry that was acknowledged, or a receipt that was fetched for one.</summary>
internal sealed record AckLine
{
    /// <summary>How lines are written and read.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>"run", "ack" or "receipt".</summary>
    public required string Kind { get; init; }

    /// <summary>Of a run: its name.</summary>
    public string? Run { get; init; }

    /// <summary>Of a run: the genesis hash of its network.</summary>
    public string? Genesis { get; init; }

    /// <summary>Of a run: who wrote.</summary>
    public string? By { get; init; }

    /// <summary>Of a run: when it began, in milliseconds since 1970.</summary>
    public long? Started { get; init; }

    /// <summary>The shard.</summary>
    public int? Shard { get; init; }

    /// <summary>The statement's id.</summary>
    public string? Statement { get; init; }

    /// <summary>Which event of the statement.</summary>
    public int? Index { get; init; }

    /// <summary>The entry's leaf index.</summary>
    public long? Leaf { get; init; }

    /// <summary>The record id: the event's hash.</summary>
    public string? Record { get; init; }

    /// <summary>The SHA-256 of the content.</summary>
    public string? Content { get; init; }

    /// <summary>The patient's identity.</summary>
    public string? Patient { get; init; }

    /// <summary>The node that the writer preferred, by its place among those given.</summary>
    public int? Node { get; init; }

    /// <summary>The block's time, in milliseconds since 1970.</summary>
    public long? Time { get; init; }

    /// <summary>When it was sent first, in milliseconds since 1970 by the writer's clock.</summary>
    public long? Sent { get; init; }

    /// <summary>When it was acknowledged, in milliseconds since 1970 by the writer's clock.</summary>
    public long? Acked { get; init; }

    /// <summary>Of a receipt: its bytes.</summary>
    public byte[]? Receipt { get; init; }

    /// <summary>Null where the line is whole: one of the three kinds with the fields that belong to it.</summary>
    public string? Unfit() => Kind switch
    {
        "run" => Run is null || Genesis is null ? "a run has a name and a genesis" : null,
        "ack" => !Hash32.TryParse(Statement, out _) || Shard is null || Index is null || Leaf is null || !Hash32.TryParse(Record, out _) || Content is null || Patient is null || Sent is null || Acked is null
            ? "an acknowledgement has its statement, place, record, content, patient and times" : null,
        "receipt" => Receipt is null ? "a receipt has bytes" : null,
        _ => "there is no such kind",
    };

    /// <summary>The record id of a whole line.</summary>
    [JsonIgnore]
    public Hash32 RecordId => Hash32.TryParse(Record, out Hash32 id) ? id : default;

    /// <summary>The statement's id of a whole line.</summary>
    [JsonIgnore]
    public Hash32 StatementId => Hash32.TryParse(Statement, out Hash32 id) ? id : default;
}
