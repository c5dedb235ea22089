using System.Text.Json.Nodes;

namespace HealthLedger.Faults.Series;

/// <summary>What one fault did.</summary>
internal sealed record FaultRow
{
    /// <summary>The fault's name.</summary>
    public required string Name { get; init; }

    /// <summary>What was done, to whom.</summary>
    public string What { get; init; } = "";

    /// <summary>Why it was left out; null where it ran.</summary>
    public string? Skipped { get; init; }

    /// <summary>Milliseconds from the fault to the next commit, of the shard that was last; null where commits were to stop.</summary>
    public long? ToNextCommit { get; init; }

    /// <summary>Milliseconds from the end of the fault to the next commit, of the shard that was last.</summary>
    public long? AfterHealing { get; init; }

    /// <summary>Entries acknowledged before the fault.</summary>
    public int AckedBefore { get; init; }

    /// <summary>Entries acknowledged when everything was held against every member.</summary>
    public int AckedAfter { get; init; }

    /// <summary>Acknowledged entries or contents that a member lacks, or whose proof is wrong.</summary>
    public long Missing { get; init; }

    /// <summary>Places with two blocks or two checkpoints.</summary>
    public long Forks { get; init; }

    /// <summary>True when all members came to one chain and one state.</summary>
    public bool Equal { get; init; }

    /// <summary>What was not as it has to be; empty where all was.</summary>
    public IReadOnlyList<string> Wrong { get; init; } = [];

    /// <summary>True when nothing was wrong, or the fault was left out.</summary>
    public bool IsGood => Wrong.Count == 0;

    /// <summary>The row as JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["fault"] = Name, ["what"] = What, ["skipped"] = Skipped, ["toNextCommit"] = ToNextCommit, ["afterHealing"] = AfterHealing, ["ackedBefore"] = AckedBefore, ["ackedAfter"] = AckedAfter,
        ["missing"] = Missing, ["forks"] = Forks, ["equal"] = Equal, ["wrong"] = new JsonArray([.. Wrong.Select(each => (JsonNode)each)]),
    };
}
