namespace HealthLedger.Protocol.Votes;

/// <summary>Why a call was not followed (FORMATS section 4). A Nack informs; nobody acts on one against its own epoch (rule 7).</summary>
public enum NackReason : byte
{
    /// <summary>This replica has promised a higher epoch.</summary>
    PromisedHigher = 1,

    /// <summary>The caller does not lead that epoch.</summary>
    NotYours = 2,

    /// <summary>Neither q complaints nor a hand-over open that epoch.</summary>
    NoComplaints = 3,

    /// <summary>Blocks, certificates or promises are missing here from <see cref="Nack.NeedFrom"/> on.</summary>
    Behind = 4,

    /// <summary>Something the block names is not on this disk.</summary>
    BodyMissing = 5,

    /// <summary>The block breaks a rule.</summary>
    InvalidBlock = 6,

    /// <summary>The block's time, or the directory it reads, is too far from what this replica sees.</summary>
    Clock = 7,

    /// <summary>The epoch is promised to another activation.</summary>
    OtherLeader = 8,

    /// <summary>Another block was accepted at that height of that epoch.</summary>
    AcceptedOther = 9,

    /// <summary>The block is more than 8 above the committed one.</summary>
    WindowFull = 10,
}

/// <summary>The signed refusal of a call.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Promised">The epoch this member has promised or entered.</param>
/// <param name="Reason">Why.</param>
/// <param name="Member">Who refuses.</param>
/// <param name="NeedFrom">With <see cref="NackReason.Behind"/>: the first height that is wanted.</param>
/// <param name="Signature">Empty until signed.</param>
public sealed record Nack(int Shard, Epoch Promised, NackReason Reason, int Member, long? NeedFrom, byte[] Signature);
