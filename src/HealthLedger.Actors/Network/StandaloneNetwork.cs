using System.Security.Cryptography;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Validator;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Links;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Actors.Network;

/// <summary>
/// A whole network in one process: 1 to 7 members, each with its own folder, keys and disk, that reach each other through memory. Founded at
/// the first start, continued later. Members can be stopped, killed and started one by one.
/// </summary>
public sealed partial class StandaloneNetwork : IAsyncDisposable
{
    private readonly NetworkFolder _folder;
    private readonly StandaloneOptions _options;
    private readonly RandomNumberGenerator _random;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _log;
    private readonly StandaloneMember?[] _members;
    private readonly SemaphoreSlim _gate = new(1, 1);

    private StandaloneNetwork(NetworkFolder folder, StandaloneOptions options, RandomNumberGenerator random, TimeProvider time, ILoggerFactory loggers)
    {
        (_folder, _options, _random, _time, _loggers) = (folder, options, random, time, loggers);
        _log = loggers.CreateLogger<StandaloneNetwork>();
        _members = new StandaloneMember?[folder.Genesis.Configuration.N];
        Links = new LoopbackLinks();
    }

    /// <summary>The genesis.</summary>
    public GenesisFile Genesis => _folder.Genesis;

    /// <summary>Members, up or down.</summary>
    public int Count => _members.Length;

    /// <summary>The ways between the members; tests cut them.</summary>
    public LoopbackLinks Links { get; }

    /// <summary>Keys of all organizations of the genesis: first the members', in order.</summary>
    public IReadOnlyList<OrganizationKeys> Organizations => _folder.Organizations;

    /// <summary>A member's id, by which links know it.</summary>
    public Hash32 IdOf(int member) => Genesis.Configuration.Members[member].Identity.KeyId;

    /// <summary>A member that is up; null while it is down.</summary>
    public StandaloneMember? Member(int member) => Volatile.Read(ref _members[member]);

    /// <summary>Starts all members.</summary>
    /// <param name="folder">Where everything lives; created where it is missing.</param>
    /// <param name="members">1 to 7; the number the folder was founded with.</param>
    /// <param name="options">How.</param>
    /// <param name="random">Keys and ids come from it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Gets each member's log.</param>
    /// <returns>The network, or why it cannot start.</returns>
    public static async Task<Result<StandaloneNetwork>> StartAsync(
        string folder, int members, StandaloneOptions options, RandomNumberGenerator random, TimeProvider time, ILoggerFactory loggers)
    {
        if (!NetworkFolder.Open(folder, members, options, random, time).TryGet(out NetworkFolder? found, out Fault fault)) return fault;
        StandaloneNetwork network = new(found, options, random, time, loggers);
        Result<StandaloneMember>[] opened = await Task.WhenAll(Enumerable.Range(0, members).Select(network.OpenMemberAsync));
        foreach (Result<StandaloneMember> member in opened)
        {
            if (member.IsOk) continue;
            await network.DisposeAsync();
            return member.Fault;
        }
        // All are there before the first asks the others what they hold of it, so none has to ask twice.
        foreach (Result<StandaloneMember> member in opened) member.Value.Replica.Run();
        return network;
    }

    /// <summary>Starts a member that is down; one that is up is given back.</summary>
    public async Task<Result<StandaloneMember>> StartMemberAsync(int member)
    {
        await _gate.WaitAsync();
        try
        {
            if (_members[member] is { } up) return up;
            Result<StandaloneMember> opened = await OpenMemberAsync(member);
            if (opened.IsOk) opened.Value.Replica.Run();
            return opened;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Result<StandaloneMember>> OpenMemberAsync(int member)
    {
        ReplicaOptions options = _options.Replica with { Folder = _folder.StoreOf(member), Storage = _options.Storage };
        Result<Replica> started = await Replica.StartAsync(
            options, new ConfigurationBook(Genesis), IdOf(member), [_folder.Validators[member]], Links.Of(IdOf(member)), _time, _loggers.CreateLogger<Replica>());
        if (!started.TryGet(out Replica? replica, out Fault fault)) return fault;
        LedgerShardActor[] shards = new LedgerShardActor[replica.ShardCount];
        for (int shard = 0; shard < shards.Length; shard++)
            shards[shard] = new LedgerShardActor(replica, shard, _options.Shard, _random, shard == 0 ? new CheckpointClock(replica, _options.Shard.CheckpointInterval) : null);
        StandaloneMember opened = new(replica, shards, Organizations[member]);
        Volatile.Write(ref _members[member], opened);
        Links.Connect(IdOf(member), replica);
        _ = RestartWhenWantedAsync(member, opened);
        return opened;
    }

    /// <summary>A replica that ended to compute damaged rows anew is started again; any other failure stays for the operator to see.</summary>
    private async Task RestartWhenWantedAsync(int member, StandaloneMember ended)
    {
        await ended.Replica.Ended;
        if (!ended.Replica.WantsRestart || Interlocked.CompareExchange(ref _members[member], null, ended) != ended) return;
        Links.Connect(IdOf(member), null);
        try
        {
            await ended.DisposeAsync();
            Result<StandaloneMember> again = await StartMemberAsync(member);
            if (!again.IsOk) LogNotRestarted(member, again.Fault.CodeText, null);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Nobody waits for this task: the log is where the operator hears of it.
            LogNotRestarted(member, "", failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Member {Member} could not be started again after its rows were emptied {Code}")]
    private partial void LogNotRestarted(int member, string code, Exception? failure);

    /// <summary>Stops a member in good order; it may be started again.</summary>
    public async Task StopMemberAsync(int member)
    {
        if (TakeDown(member) is { } up) await up.DisposeAsync();
    }

    /// <summary>Ends a member as a crash would: what its disk does not hold is gone.</summary>
    public async Task KillMemberAsync(int member)
    {
        if (TakeDown(member) is { } up) await up.KillAsync();
    }

    /// <summary>Stops all members.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int member = 0; member < Count; member++) await StopMemberAsync(member);
        _gate.Dispose();
    }

    private StandaloneMember? TakeDown(int member)
    {
        // A member that stops in good order still hands over; its links close when it no longer answers.
        StandaloneMember? up = Interlocked.Exchange(ref _members[member], null);
        if (up is not null) Links.Connect(IdOf(member), null);
        return up;
    }
}
