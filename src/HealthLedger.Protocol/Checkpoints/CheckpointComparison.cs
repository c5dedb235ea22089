using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Protocol.Checkpoints;

/// <summary>How a checkpoint stands to one seen before.</summary>
public enum CheckpointOrder
{
    /// <summary>The same head.</summary>
    Same,

    /// <summary>Larger, and the proof shows that it only appended.</summary>
    Extends,

    /// <summary>Larger, but the proof does not show that it only appended: ask for another proof, and take it for a fork if none comes.</summary>
    Unproved,

    /// <summary>Smaller than what was seen: the log was rolled back, or the answer is old.</summary>
    RolledBack,

    /// <summary>
    /// The same size with another root, or a larger size cosigned by members of an earlier configuration: members signed two histories, or former ones sign on.
    /// Both notes together are the evidence.
    /// </summary>
    Forked,
}

/// <summary>Compares checkpoints, so that a reader who remembers one notices a log that takes back what it said.</summary>
public static class CheckpointComparison
{
    /// <summary>Compares a new checkpoint with the one remembered: at most 2·(1 + log2 n) hashes.</summary>
    /// <param name="remembered">The largest one seen so far.</param>
    /// <param name="presented">The one that is shown now.</param>
    /// <param name="consistency">The RFC 9162 consistency proof from the remembered size to the presented one; empty where sizes are equal.</param>
    public static CheckpointOrder Compare(VerifiedCheckpoint remembered, VerifiedCheckpoint presented, ReadOnlySpan<Hash32> consistency)
    {
        if (presented.Size < remembered.Size) return CheckpointOrder.RolledBack;
        if (presented.Size == remembered.Size) return presented.Root == remembered.Root ? CheckpointOrder.Same : CheckpointOrder.Forked;
        if (presented.Config < remembered.Config) return CheckpointOrder.Forked;
        return TreeVerifier.Consistency((ulong)remembered.Size, remembered.Root, (ulong)presented.Size, presented.Root, consistency)
            ? CheckpointOrder.Extends
            : CheckpointOrder.Unproved;
    }
}
