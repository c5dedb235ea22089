using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;
using HealthLedger.Validator.Sharding;

namespace HealthLedger.Actors.LedgerShards;

/// <summary>A statement that this member was given and that is not committed yet.</summary>
internal sealed class WaitingStatement(Submission submission, long since)
{
    /// <summary>The statement and its events.</summary>
    public Submission Submission { get; } = submission;

    /// <summary>When it came, milliseconds of the replica's clock.</summary>
    public long Since { get; } = since;

    /// <summary>It is in a block on its way, of this member's own leader.</summary>
    public bool IsInBlock { get; set; }

    /// <summary>It did not fit behind the blocks on their way; tried again on the committed one.</summary>
    public bool IsDeferred { get; set; }

    /// <summary>Every member was sent it.</summary>
    public bool IsShared { get; set; }

    /// <summary>Those who wait for its end.</summary>
    public List<StatementWaiter> Waiters { get; } = [];

    /// <summary>Tells everybody who waits.</summary>
    /// <param name="result">The end.</param>
    /// <param name="block">The block that took it, where one did.</param>
    public void End(Result<CommittedStatement> result, CommittedBlock? block = null)
    {
        foreach (StatementWaiter waiter in Waiters) waiter.End(result, block);
    }
}
