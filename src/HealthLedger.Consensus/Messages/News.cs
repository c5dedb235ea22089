using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Messages;

/// <summary>What became of a block's check and execution.</summary>
public enum Verdict : byte
{
    /// <summary>Every hash, signature and rule holds, all it names is on this disk, and its changes are known.</summary>
    Ok,

    /// <summary>A ciphertext, envelope or the block's own bytes are not here.</summary>
    BodyMissing,

    /// <summary>It breaks a rule.</summary>
    Invalid,

    /// <summary>It reads a directory height that this replica has not committed yet.</summary>
    DirectoryAhead,
}

/// <summary>Local: the answer to <c>Effects.Execute</c>, or a block of a fetched range that was executed, parents first.</summary>
public sealed record Executed(BlockInfo Block, Verdict Verdict) : Message;

/// <summary>Local: time passed. At least every 100 ms while anything waits, otherwise every 500 ms.</summary>
public sealed record Tick : Message;

/// <summary>Local: since when (<see cref="Moment.Elapsed"/>) the oldest statement waits that this replica would vote for now; null when none does.</summary>
public sealed record WaitingSince(long? Since) : Message;

/// <summary>Local: shard 0 committed, here, a height that changed directory rows (section 3).</summary>
public sealed record DirectoryChanged(long Height) : Message;

/// <summary>Local: the activation that led this epoch is gone; the replica complains of it at once (rule 1).</summary>
public sealed record LeaderLost(Epoch Epoch) : Message;

/// <summary>Local, to a leader: a block to propose on top of its last one.</summary>
public sealed record BlockToPropose(BlockInfo Block) : Message;

/// <summary>Local, to a leader: the bytes of its base are here (answer to <c>Effects.FetchBase</c>).</summary>
public sealed record BaseFound(BlockInfo Block) : Message;

/// <summary>Local, to a leader: q promises, or a commit certificate, of this epoch were seen (effect <c>EpochProven</c> of the node's replica; rule 7).</summary>
public sealed record HigherEpoch(Epoch Epoch) : Message;

/// <summary>Local, to a leader: stop and hand over (an orderly shutdown).</summary>
public sealed record GiveUp : Message;
