namespace HealthLedger.Actors.Nodes;

/// <summary>How a node is doing.</summary>
/// <param name="Ready">True when it takes statements and answers reads.</param>
/// <param name="Shards">One line for each shard, ascending.</param>
/// <param name="Warnings">Sentences for the operator: damage found and what became of it, a replica that follows without voting.</param>
public sealed record NodeHealth(bool Ready, IReadOnlyList<ShardHealth> Shards, IReadOnlyList<string> Warnings);
