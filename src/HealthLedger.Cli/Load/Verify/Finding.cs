namespace HealthLedger.Cli.Load.Verify;

/// <summary>What can be wrong with what was acknowledged.</summary>
internal enum FindingKind
{
    /// <summary>A member cannot be asked, or does not answer in time.</summary>
    Unanswered,

    /// <summary>A member does not have an acknowledged entry, or not the receipt for it.</summary>
    Missing,

    /// <summary>A receipt does not verify, or proves something else than was acknowledged.</summary>
    Proof,

    /// <summary>An entry is in the ledger more than once.</summary>
    Twice,

    /// <summary>A record's content cannot be opened, or is another one.</summary>
    Content,

    /// <summary>Two members have two blocks, or two checkpoints, at one place.</summary>
    Fork,
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="Node">Where it was seen; null where the file itself shows it.</param>
/// <param name="Sentence">The first thing that differs, in words.</param>
internal sealed record Finding(FindingKind Kind, Uri? Node, string Sentence);
