using HealthLedger.Protocol;

namespace HealthLedger.Storage.Health;

/// <summary>One place in one file that did not read back as it was written.</summary>
/// <param name="Kind">The part of the store.</param>
/// <param name="File">The full path.</param>
/// <param name="Offset">The byte in the file where the damaged record, block or tile starts.</param>
/// <param name="Outcome">What was done about it.</param>
/// <param name="Words">One sentence for the log.</param>
/// <param name="Shard">The shard, where it is known.</param>
/// <param name="Height">The block height, where it is known.</param>
/// <param name="Hash">The hash of the block or the name of the object, where it is known.</param>
public sealed record Damage(
    DamageKind Kind, string File, long Offset, DamageOutcome Outcome, string Words, uint? Shard = null, ulong? Height = null, Hash32? Hash = null);
