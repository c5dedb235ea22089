using System.Diagnostics;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Validator.Sharding;

namespace HealthLedger.Actors.LedgerShards;

/// <summary>One who handed a statement in and waits for its end, and what it waited for.</summary>
/// <param name="trace">The span of the hand-in; default where none is made.</param>
/// <param name="arrived">Timestamp of the hand-in.</param>
internal sealed class StatementWaiter(ActivityContext trace, long arrived)
{
    private readonly TaskCompletionSource<Result<CommittedStatement>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The span of the hand-in; default where none is made.</summary>
    public ActivityContext Trace => trace;

    /// <summary>Timestamp of the hand-in.</summary>
    public long Arrived => arrived;

    /// <summary>Timestamp at which the statement was checked, its objects here, and it began to wait; 0 before.</summary>
    public long Entered { get; set; }

    /// <summary>The block that took it; null where it ended otherwise, or was committed before.</summary>
    public CommittedBlock? Block { get; private set; }

    /// <summary>The end.</summary>
    public Task<Result<CommittedStatement>> Answer => _answer.Task;

    /// <summary>Tells the end; the first one counts.</summary>
    public void End(Result<CommittedStatement> result, CommittedBlock? block = null)
    {
        Block ??= block;
        _answer.TrySetResult(result);
    }
}
