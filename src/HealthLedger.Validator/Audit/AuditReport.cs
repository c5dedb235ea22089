using HealthLedger.Protocol.Errors;

namespace HealthLedger.Validator.Audit;

/// <summary>Where a fault lies.</summary>
/// <param name="File">The file, with the offset where it is known.</param>
/// <param name="Shard">The shard; -1 where the fault is not of one.</param>
/// <param name="Height">The block's height; -1 where the fault is not of one.</param>
/// <param name="Item">What in the block: <c>header</c>, <c>body</c>, <c>outcomes</c>, <c>certificate</c>, <c>objects</c>, <c>rows</c>, <c>tree</c>.</param>
public sealed record AuditPlace(string File, int Shard, long Height, string Item)
{
    /// <summary>One line for a person.</summary>
    public override string ToString() => $"{File}, shard {Shard}, height {Height}, {Item}";
}

/// <summary>What was found wrong, and where.</summary>
/// <param name="Place">Where.</param>
/// <param name="Fault">What.</param>
public sealed record AuditFinding(AuditPlace Place, Fault Fault);

/// <summary>How far an audit has come.</summary>
/// <param name="Blocks">Blocks checked.</param>
/// <param name="BlocksTotal">Blocks there are.</param>
/// <param name="Entries">Entries checked.</param>
public sealed record AuditProgress(long Blocks, long BlocksTotal, long Entries);

/// <summary>What an audit found.</summary>
/// <param name="Finding">The first fault: the lowest shard's lowest height; null when everything holds.</param>
/// <param name="Blocks">Blocks that hold.</param>
/// <param name="Entries">Entries in them.</param>
/// <param name="Signatures">Statement signatures verified.</param>
/// <param name="Certificates">Commit certificates verified.</param>
/// <param name="Heights">The certified height of each shard, by number.</param>
/// <param name="Duration">How long it took.</param>
public sealed record AuditReport(AuditFinding? Finding, long Blocks, long Entries, long Signatures, long Certificates, IReadOnlyList<long> Heights, TimeSpan Duration)
{
    /// <summary>True when everything holds.</summary>
    public bool Holds => Finding is null;
}
