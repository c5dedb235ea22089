using System.Collections.Concurrent;
using HealthLedger.Actors.Nodes;
using HealthLedger.Orleans.Grains;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Orleans.Clients;

/// <summary>
/// A node for a gateway's doors that is no node: it asks the members of the cluster, one until it does not answer, then the next. Everything may be asked
/// again: the same statement gets the same answer. What it has seen committed it shows to whom it asks next, so that nothing seems to be gone when a silo is.
/// </summary>
public sealed class ClusterNode : INode, IAsyncDisposable
{
    private const int PauseGrowthMax = 16;
    private static readonly TimeSpan HealthInterval = TimeSpan.FromSeconds(2);

    private readonly IMemberGrain[] _members;
    private readonly ClusterNodeOptions _options;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<int, long> _seen = new();
    private readonly ITimer _healthTimer;
    private NodeHealth _health = new(false, [], ["The cluster has not been asked yet."]);
    private Task _looking = Task.CompletedTask;
    private int _current;

    /// <summary>A node over a cluster.</summary>
    /// <param name="grains">The cluster's client.</param>
    /// <param name="genesis">The network's genesis, from a file: a cluster is not believed in this.</param>
    /// <param name="options">How it asks.</param>
    /// <param name="clock">The clock.</param>
    public ClusterNode(IGrainFactory grains, GenesisFile genesis, ClusterNodeOptions options, TimeProvider clock)
    {
        (Genesis, _options, _clock) = (genesis, options, clock);
        _members = [.. options.Members.Select(member => grains.GetGrain<IMemberGrain>(GrainKey.Of(member, MemberGrain.Thing)))];
        Member = Math.Max(0, genesis.Configuration.Members.ToList().FindIndex(member => member.Identity.KeyId == options.Members[0]));
        _healthTimer = clock.CreateTimer(_ => LookSoon(), null, TimeSpan.Zero, HealthInterval);
    }

    /// <inheritdoc/>
    public GenesisFile Genesis { get; }

    /// <inheritdoc/>
    public int Member { get; }

    /// <inheritdoc/>
    public async ValueTask<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default)
    {
        Result<CommittedStatement> answer = await AskAsync(member => member.SubmitAsync(envelope, Seen()), cancel);
        if (answer.TryGet(out CommittedStatement? committed, out _)) _seen.AddOrUpdate(committed.Shard, committed.Height, (_, before) => Math.Max(before, committed.Height));
        return answer;
    }

    /// <inheritdoc/>
    public ValueTask<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default) =>
        AskAsync(member => member.FindAsync(shard, statementId, Seen()), cancel);

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default) =>
        AskAsync(member => member.QueryAsync(signedQuery, Seen()), cancel);

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default) =>
        AskAsync(member => member.ReceiptAsync(shard, statementId, index, Seen()), cancel);

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> TransparentStatementAsync(int shard, Hash32 statementId, CancellationToken cancel = default) =>
        AskAsync(member => member.TransparentStatementAsync(shard, statementId, Seen()), cancel);

    /// <inheritdoc/>
    public ValueTask<Result<string>> CheckpointAsync(CancellationToken cancel = default) => AskAsync(member => member.CheckpointAsync(), cancel);

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> TileAsync(Tile tile, CancellationToken cancel = default) => AskAsync(member => member.TileAsync(tile), cancel);

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> EntriesAsync(Tile tile, CancellationToken cancel = default) => AskAsync(member => member.EntriesAsync(tile), cancel);

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) => AskAsync(member => member.ConfigurationsAsync(after), cancel);

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) => AskAsync(member => member.ProposalsAsync(), cancel);

    /// <summary>As the member that answers said a moment ago.</summary>
    public NodeHealth Health() => Volatile.Read(ref _health);

    /// <summary>Stops looking at the cluster's health.</summary>
    public async ValueTask DisposeAsync()
    {
        await _healthTimer.DisposeAsync();
        await _looking;
    }

    private async ValueTask<Result<T>> AskAsync<T>(Func<IMemberGrain, ValueTask<Result<T>>> ask, CancellationToken cancel)
    {
        long since = _clock.GetTimestamp();
        for (int tries = 0; ; tries++)
        {
            int asked = Volatile.Read(ref _current);
            Result<T> answer = await ask(_members[asked]).AsTask().WaitAsync(cancel);
            if (answer.IsOk || !IsPassing(answer.Fault) || _clock.GetElapsedTime(since) >= _options.Patience) return answer;
            // Whoever else found out first has moved on already.
            Interlocked.CompareExchange(ref _current, (asked + 1) % _members.Length, asked);
            if ((tries + 1) % _members.Length == 0) await Task.Delay(_options.Pause * Math.Min(PauseGrowthMax, 1 << Math.Min(10, tries / _members.Length)), _clock, cancel);
        }
    }

    // What another member, or the same one later, may answer otherwise.
    private static bool IsPassing(Fault fault) => fault.Code is FaultCode.Unavailable or FaultCode.TimedOut;

    private long[] Seen()
    {
        if (_seen.IsEmpty) return [];
        List<long> seen = [];
        foreach ((int shard, long height) in _seen)
        {
            seen.Add(shard);
            seen.Add(height);
        }
        return [.. seen];
    }

    private void LookSoon()
    {
        if (_looking.IsCompleted) _looking = LookAsync();
    }

    private async Task LookAsync()
    {
        Result<NodeHealth> answer = await _members[Volatile.Read(ref _current)].HealthAsync();
        Volatile.Write(ref _health, answer.TryGet(out NodeHealth? health, out Fault fault) ? health : new NodeHealth(false, [], [fault.Message]));
    }
}
