using System.Collections.Concurrent;
using HealthLedger.Actors.Network;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;
using HealthLedger.Validator.Tests.Network;

namespace HealthLedger.Validator.Tests.Reconfiguration;

/// <summary>Clients that write without a pause, each on one shard, wherever a member takes it; and what was acknowledged to them.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private readonly TestNetwork _test;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _writers;

    public SteadyLoad(TestNetwork test)
    {
        _test = test;
        _writers = [.. Enumerable.Range(1, test.Network.Genesis.Shards).Select(shard => Task.Run(() => WriteAsync(shard)))];
    }

    /// <summary>Statements that were acknowledged, by shard and id.</summary>
    public ConcurrentBag<(int Shard, Hash32 Id)> Acknowledged { get; } = [];

    /// <summary>Waits until so many more are acknowledged.</summary>
    public Task UntilMoreAsync(int count)
    {
        int wanted = Acknowledged.Count + count;
        return TestNetwork.UntilAsync(() => Acknowledged.Count >= wanted || _writers.Any(writer => writer.IsCompleted), () => $"{count} more statements are committed; {Acknowledged.Count} are");
    }

    /// <summary>Stops writing; a fault of a writer fails the test.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_writers);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync(int shard)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(10));
        for (int i = shard; !_stop.IsCancellationRequested; i++)
        {
            Submission submission = _test.NewPatients(_test.Network.Organizations[0], shard);
            while (!_stop.IsCancellationRequested && !await TryAsync(i, submission))
            {
                i++;
                await pause.WaitForNextTickAsync();
            }
        }
    }

    private async Task<bool> TryAsync(int i, Submission submission)
    {
        if (_test.Network.Member(i % _test.Network.Count) is not { } member) return false;
        try
        {
            Result<CommittedStatement> answer = await member.Shard(submission.Statement.Shard).SubmitAsync(new SubmissionEnvelope(submission.Encode(), [])).WaitAsync(TimeSpan.FromSeconds(5), _stop.Token);
            if (answer.IsOk) Acknowledged.Add((submission.Statement.Shard, submission.Statement.Id));
            else answer.Fault.Code.Should().BeOneOf([FaultCode.Unavailable, FaultCode.Busy], answer.Fault.ToString());
            return answer.IsOk;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
