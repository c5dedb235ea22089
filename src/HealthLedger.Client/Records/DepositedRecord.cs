using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Client.Records;

/// <summary>What became of a record on its way in.</summary>
public enum DepositKind
{
    /// <summary>It is in the ledger as a new record.</summary>
    Added,

    /// <summary>It is in the ledger as a new version of a record.</summary>
    Amended,

    /// <summary>The ledger had it already.</summary>
    Existing,

    /// <summary>It is not in the ledger; <see cref="DepositedRecord.Fault"/> says why.</summary>
    Refused,
}

/// <summary>The result for one record.</summary>
public sealed record DepositedRecord
{
    /// <summary>The record as it was given.</summary>
    public required PlainRecord Record { get; init; }

    /// <summary>Its blinded names.</summary>
    public required RecordNames Names { get; init; }

    /// <summary>What became of it.</summary>
    public required DepositKind Kind { get; init; }

    /// <summary>The record id, unless refused.</summary>
    public Hash32 RecordId { get; init; }

    /// <summary>The shard.</summary>
    public int Shard { get; init; }

    /// <summary>The leaf index of its entry.</summary>
    public long Leaf { get; init; }

    /// <summary>The statement it came in with now; null where the ledger had it already.</summary>
    public Hash32? StatementId { get; init; }

    /// <summary>Which event of that statement it is.</summary>
    public int Index { get; init; }

    /// <summary>The time of its block, in milliseconds since 1970; 0 where the ledger had it already.</summary>
    public long Time { get; init; }

    /// <summary>Why it was refused.</summary>
    public Fault Fault { get; init; }
}

/// <summary>How records are put in.</summary>
public sealed record DepositOptions
{
    /// <summary>All or nothing; then the records must fit one statement.</summary>
    public bool Atomic { get; init; }

    /// <summary>The caller knows that the ledger has none of these records: it is not asked first.</summary>
    public bool KnownNew { get; init; }
}
