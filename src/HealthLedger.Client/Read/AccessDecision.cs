using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Client.Read;

/// <summary>What the rules decided about one access, permit or denial, and the entry that says so.</summary>
public sealed record AccessDecision
{
    /// <summary>The patient's shard.</summary>
    public required int Shard { get; init; }

    /// <summary>The statement that holds the access.</summary>
    public required Hash32 StatementId { get; init; }

    /// <summary>Which event of the statement it is.</summary>
    public required int Index { get; init; }

    /// <summary>The height of the block that holds the entry.</summary>
    public long Height { get; init; }

    /// <summary>The permit; null for a denial.</summary>
    public Permit? Permit { get; init; }

    /// <summary>The rules' reason for a denial; none for a permit.</summary>
    public Fault Denial { get; init; }

    /// <summary>The permit, or the denial as a fault.</summary>
    public Result<Permit> ToResult() => Permit is { } permit ? permit : Denial;
}
