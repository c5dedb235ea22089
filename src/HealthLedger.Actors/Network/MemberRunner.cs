using HealthLedger.Actors.LedgerShards;
using HealthLedger.Protocol.Errors;
using HealthLedger.Validator;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Actors.Network;

/// <summary>
/// Runs one member: opens its replica and its shard actors, starts them anew when the replica ended only to compute damaged rows again, stops and kills
/// them. The same for a member beside others in one process and for one alone on its machine.
/// </summary>
public sealed partial class MemberRunner : IAsyncDisposable
{
    private readonly MemberParts _parts;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StandaloneMember? _up;

    /// <summary>A member that is down.</summary>
    public MemberRunner(MemberParts parts) => (_parts, _log) = (parts, parts.Loggers.CreateLogger<MemberRunner>());

    /// <summary>The member while it is up; null while it is down.</summary>
    public StandaloneMember? Up => Volatile.Read(ref _up);

    /// <summary>Completes when the replica has ended by a failure that only an operator, or another start of the process, can mend.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Opens the member without letting it run yet: for several that are to begin together.</summary>
    internal async Task<Result<StandaloneMember>> OpenAsync(ReplicaOptions? options = null)
    {
        Result<Replica> started = await Replica.StartAsync(
            options ?? _parts.Replica, _parts.Book(), _parts.Member, _parts.ValidatorKeys(), _parts.Links, _parts.Time, _parts.Loggers.CreateLogger<Replica>());
        if (!started.TryGet(out Replica? replica, out Fault fault)) return fault;
        LedgerShardActor[] shards = new LedgerShardActor[_parts.ShardsElsewhere ? 0 : replica.ShardCount];
        for (int shard = 0; shard < shards.Length; shard++)
            shards[shard] = new LedgerShardActor(replica, shard, _parts.Shard, _parts.Random, shard == 0 ? new CheckpointClock(replica, _parts.Shard.CheckpointInterval) : null);
        StandaloneMember opened = new(replica, shards, _parts.Signing);
        Volatile.Write(ref _up, opened);
        _parts.Connect(replica);
        _ = FollowAsync(opened);
        return opened;
    }

    /// <summary>Starts the member; one that is up is given back.</summary>
    /// <param name="options">How its replica runs this time, where not as always.</param>
    public async Task<Result<StandaloneMember>> StartAsync(ReplicaOptions? options = null)
    {
        await _gate.WaitAsync();
        try
        {
            if (_up is { } up) return up;
            Result<StandaloneMember> opened = await OpenAsync(options);
            if (opened.IsOk) opened.Value.Replica.Run();
            return opened;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stops the member in good order: it hands over what it leads and writes what is in memory. It may be started again.</summary>
    public async Task StopAsync()
    {
        if (TakeDown() is { } up) await up.DisposeAsync();
    }

    /// <summary>Ends the member as a crash would: what its disk does not hold is gone.</summary>
    public async Task KillAsync()
    {
        if (TakeDown() is { } up) await up.KillAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _gate.Dispose();
    }

    /// <summary>A replica that ended to compute damaged rows anew is started again; any other failure stays for the operator to see.</summary>
    private async Task FollowAsync(StandaloneMember followed)
    {
        await followed.Replica.Ended;
        if (Up != followed) return;
        if (!followed.Replica.WantsRestart)
        {
            _failed.TrySetResult();
            return;
        }
        if (Interlocked.CompareExchange(ref _up, null, followed) != followed) return;
        _parts.Connect(null);
        try
        {
            await followed.DisposeAsync();
            Result<StandaloneMember> again = await StartAsync();
            if (again.IsOk) return;
            LogNotRestarted(again.Fault.CodeText, null);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Nobody waits for this task: the log is where the operator hears of it.
            LogNotRestarted("", failure);
        }
        _failed.TrySetResult();
    }

    private StandaloneMember? TakeDown()
    {
        StandaloneMember? up = Interlocked.Exchange(ref _up, null);
        // In memory a member that stops is not heard any more; over a wire its links close after this.
        if (up is not null) _parts.Connect(null);
        return up;
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The member could not be started again after its rows were emptied {Code}")]
    private partial void LogNotRestarted(string code, Exception? failure);
}
