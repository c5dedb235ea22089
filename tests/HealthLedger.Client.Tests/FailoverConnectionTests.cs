using HealthLedger.Client.Connection;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Client.Tests;

public sealed class FailoverConnectionTests
{
    private readonly List<(int Node, FaultCode Code)> _failed = [];

    [Theory]
    [InlineData(FaultCode.ConnectionFailed)]
    [InlineData(FaultCode.TimedOut)]
    [InlineData(FaultCode.Unavailable)]
    public async Task Where_a_node_cannot_serve_the_next_is_asked(FaultCode code)
    {
        Door first = new(code), second = new(null);

        Result<string> answer = await Over(TimeSpan.FromMinutes(1), first, second).CheckpointAsync(TestContext.Current.CancellationToken);

        answer.Value.Should().Be("note");
        _failed.Should().Equal((0, code));
    }

    [Fact]
    public async Task What_a_node_refuses_for_a_reason_of_the_ledger_is_final()
    {
        Door first = new(FaultCode.NotFound), second = new(null);

        Result<string> answer = await Over(TimeSpan.FromMinutes(1), first, second).CheckpointAsync(TestContext.Current.CancellationToken);

        answer.Fault.Code.Should().Be(FaultCode.NotFound);
        second.Asked.Should().Be(0);
    }

    [Fact]
    public async Task A_node_that_failed_a_moment_ago_is_asked_last_and_first_again_later()
    {
        Door first = new(FaultCode.ConnectionFailed), second = new(null);
        StoppedClock clock = new();
        FailoverConnection both = Over(TimeSpan.FromSeconds(5), clock, first, second);

        await both.CheckpointAsync(TestContext.Current.CancellationToken);
        await both.CheckpointAsync(TestContext.Current.CancellationToken);
        int early = first.Asked;
        clock.Milliseconds = 5_001;
        await both.CheckpointAsync(TestContext.Current.CancellationToken);

        (early, first.Asked, second.Asked).Should().Be((1, 2, 3));
    }

    [Fact]
    public async Task A_node_that_does_not_answer_in_time_is_left_for_the_next()
    {
        Door silent = new(null) { IsSilent = true }, second = new(null);

        Result<string> answer = await Over(TimeSpan.FromMilliseconds(20), silent, second).CheckpointAsync(TestContext.Current.CancellationToken);

        answer.IsOk.Should().BeTrue();
        _failed.Should().Equal((0, FaultCode.TimedOut));
    }

    [Fact]
    public async Task Where_no_node_serves_the_last_reason_is_told()
    {
        Result<string> answer = await Over(TimeSpan.FromMinutes(1), new Door(FaultCode.ConnectionFailed), new Door(FaultCode.Unavailable)).CheckpointAsync(TestContext.Current.CancellationToken);

        answer.Fault.Code.Should().Be(FaultCode.Unavailable);
    }

    private FailoverConnection Over(TimeSpan timeout, params Door[] doors) => Over(timeout, TimeProvider.System, doors);

    private FailoverConnection Over(TimeSpan time, TimeProvider clock, params Door[] doors) =>
        new(doors, new FailoverOptions { Timeout = time, Rest = time, Failed = (node, fault) => _failed.Add((node, fault.Code)) }, clock);

    private sealed class StoppedClock : TimeProvider
    {
        public long Milliseconds { get; set; }

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => Milliseconds;
    }

    private sealed class Door(FaultCode? refuses) : ILedgerConnection
    {
        public int Asked { get; private set; }

        public bool IsSilent { get; init; }

        public async Task<Result<string>> CheckpointAsync(CancellationToken cancel = default)
        {
            Asked++;
            if (IsSilent) await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
            return refuses is { } code ? new Fault(code, "No.") : "note";
        }

        public Task<Result<ReadOnlyMemory<byte>>> GenesisAsync(CancellationToken cancel = default) => throw new NotSupportedException();

        public Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default) => throw new NotSupportedException();

        public Task<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default) => throw new NotSupportedException();

        public Task<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default) => throw new NotSupportedException();

        public Task<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default) => throw new NotSupportedException();
    }
}
