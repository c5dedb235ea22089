using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.Views;
using HealthLedger.Storage;
using HealthLedger.Storage.Health;
using HealthLedger.Storage.Scrubbing;
using HealthLedger.Storage.State;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Healing;
using HealthLedger.Validator.Links;
using HealthLedger.Validator.Sharding;
using HealthLedger.Validator.Snapshots;
using HealthLedger.Validator.Telemetry;
using HealthLedger.Validator.Wire;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Validator;

/// <summary>
/// One member's validator, alive: all shards, one disk. It checks, executes, stores, votes, catches up and heals, and answers what
/// actors ask of the committed ledger. It ends as a whole when its disk fails or an invariant breaks; it is then started anew.
/// </summary>
public sealed partial class Replica : IMemberEndpoint, IAsyncDisposable
{
    private const int TicksPerQuestion = 20;
    private readonly ReplicaCore _core;
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Healer? _healer;
    private Scrubber? _scrubber;
    private ITimer? _timer;
    private int _disposed, _ticking, _ticks;
    private Exception? _failure;

    private Replica(ReplicaCore core, CancellationTokenSource stop) => (_core, _stop) = (core, stop);

    /// <summary>This member's id: the key id of its identity key.</summary>
    public Hash32 MemberId => _core.Self;

    /// <summary>This member's index in the newest configuration known; -1 where it is none of its members.</summary>
    public int Member => Book.IndexOf(Book.Newest.Number, MemberId);

    /// <summary>This member's index in a configuration; -1 where it does not vote under it.</summary>
    public int IndexIn(int config) => _core.Keys.Self(config);

    /// <summary>True where this node has no part in the newest configuration known, and no shard needs it any more: it may be switched off.</summary>
    public bool MayRetire => Member < 0 && _core.Shards.All(shard => shard.Standing.MayRetire);

    /// <summary>Gives the replica another of the member's validator keys, which it signs with from the configuration on that names it. The vote log is the same.</summary>
    public void AddValidatorKey(ISigner key) => _core.Keys.Add(key);

    /// <summary>The configurations known: who the members are, now and before.</summary>
    public ConfigurationBook Book => _core.Book;

    /// <summary>The network's genesis.</summary>
    public GenesisFile Genesis => _core.Genesis;

    /// <summary>Shards, the directory included.</summary>
    public int ShardCount => _core.Shards.Length;

    internal ReplicaStore Store => _core.Store;

    /// <summary>Completes when the replica has ended: disposed of, or failed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>True when it ended only to compute damaged rows anew, or to begin with snapshots that it has fetched: start it again. Any other failure is the operator's.</summary>
    public bool WantsRestart => _failure is StateDamagedException or SnapshotReadyException;

    /// <summary>Reads the whole store once and checks it; findings are healed afterwards. The same is done in the background all the time.</summary>
    public ValueTask<ScrubReport> ScrubAsync(CancellationToken cancel = default) => _scrubber!.RunOnceAsync(cancel);

    /// <summary>
    /// Opens the folder, recovers, and starts every shard. It votes once q members have shown that they hold nothing newer of its own; with
    /// one member at once. Under a configuration that does not name the member with one of these keys it only follows: it may be one that will join, that has
    /// left, or that waits for its new key to be decided.
    /// </summary>
    /// <remarks>A key whose vote log is lost must not be given any more: the member needs a new one, decided by the others (PROTOCOL section 4, rule 9).</remarks>
    /// <param name="options">Where and how.</param>
    /// <param name="book">The network's configurations, at least the genesis; the address book of <paramref name="links"/>.</param>
    /// <param name="member">The member's id: the key id of its identity key.</param>
    /// <param name="validatorKeys">Its validator keys: one, or, while it is being rotated, the one and the next.</param>
    /// <param name="links">The way to the other members.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets places, numbers and codes.</param>
    /// <returns>The replica, or a fault: a folder that is locked or unusable.</returns>
    public static async Task<Result<Replica>> StartAsync(
        ReplicaOptions options, ConfigurationBook book, Hash32 member, IReadOnlyList<ISigner> validatorKeys, IMemberLinks links, TimeProvider time, ILogger logger)
    {
        RenewedKey renewed = new(options.Folder);
        StorageOptions storage = options.Storage with { MeterTags = [new("member", MemberLabel.Of(book, member))], BeginVotesAnew = renewed.IsOnly(validatorKeys) };
        if (!ReplicaStore.Open(options.Folder, storage, time).TryGet(out ReplicaStore? store, out Fault fault)) return fault;
        // Before the first vote: another start must not let go of what this one signs.
        renewed.Forget();
        CancellationTokenSource stop = new();
        ValidatorKeys keys = new(book, member, validatorKeys);
        Replica? replica = null;
        ReplicaCore core = new(options, book, keys, store, links, time, logger, (shard, failure) => replica?.Fail(failure), stop.Token);
        replica = new Replica(core, stop);
        try
        {
            await Task.Run(async () =>
            {
                core.Configurations.Load();
                for (int shard = 0; shard < replica.ShardCount; shard++)
                    if (await new SnapshotFolder(options.Folder, shard).InstallAsync(store, book)) core.Log.SnapshotTaken(shard, (long)(store.State((uint)shard).AppliedHeight ?? 0));
                replica.Recover();
            });
            return replica;
        }
        catch
        {
            await replica.DisposeAsync();
            throw;
        }
    }

    /// <summary>Names the shard actor that leads and keeps statements; null for none. Call before <see cref="Run"/>, or to exchange it.</summary>
    public void SetLeader(int shard, IShardLeader? leader) => _core.SetLeader(shard, leader);

    /// <summary>Starts voting and time. The leaders are named before.</summary>
    public void Run()
    {
        foreach (ShardLoop shard in _core.Shards) shard.Start();
        _healer = new Healer(_core);
        _healer.Start();
        if (_core.Options.Storage.RunBackground) _scrubber!.Start(_core.Options.ScrubPause);
        _timer = _core.Time.CreateTimer(_ => Tick(), null, _core.Options.TickInterval, _core.Options.TickInterval);
    }

    /// <inheritdoc/>
    public void Receive(Hash32 member, ReadOnlyMemory<byte> message)
    {
        if (_disposed != 0 || message.Length > MessageCodec.BytesMax) return;
        if (!MessageCodec.TryReadHead(message.Span, out int shard, out MessageKind kind, out int config) || shard >= ShardCount) return;
        if (Book.TryGet(config) is null)
        {
            if (Book.IsKnown(member)) _core.Configurations.AskSoon(member);
            return;
        }
        int from = Book.IndexOf(config, member);
        // A commit certificate speaks for itself, whoever of all known members shows it.
        // A member that has just left hands over what it was given.
        if (from < 0 && (kind is not (MessageKind.Decide or MessageKind.Forward or MessageKind.Share) || !Book.IsKnown(member))) return;
        switch (kind)
        {
            case MessageKind.Propose:
                if (MessageCodec.TryDecodeProposal(message, from, out Func<Consensus.BlockInfo, ProposeCall>? call, out ReadOnlyMemory<byte> block))
                    _core.Shards[shard].PostProposal(call, block);
                break;
            case MessageKind.Forward or MessageKind.Share:
                if (MessageCodec.TryDecodePayload(message, out ReadOnlyMemory<byte> submission)) _core.LeaderOf(shard)?.Forwarded(submission, kind == MessageKind.Share);
                break;
            case MessageKind.Cosignature:
                if (MessageCodec.TryDecodePayload(message, out ReadOnlyMemory<byte> cosignature)) _core.Checkpoints.Take(config, from, cosignature);
                break;
            case MessageKind.Objects:
                TakeObjects(message);
                break;
            default:
                if (MessageCodec.Decode(message.Span, from) is { } decoded) _core.Route(shard, decoded);
                break;
        }
    }

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> AnswerAsync(Hash32 from, ReadOnlyMemory<byte> request, CancellationToken stopping)
    {
        ReadOnlyMemory<byte> none = default;
        if (_disposed != 0 || !Book.IsKnown(from) || !PeerRequest.TryDecode(request.Span, out PeerRequest asked) || asked.Shard >= ShardCount) return Task.FromResult(none);
        if (asked.Kind == PeerRequestKind.Configurations) return Task.FromResult<ReadOnlyMemory<byte>>(Book.History.Encode());
        if (asked.Kind == PeerRequestKind.Object) return Task.FromResult(_core.Objects.TryGet(asked.Hash) ?? none);
        return Task.FromResult(_core.Shards[asked.Shard].Answer(asked));
    }

    /// <summary>Ends: lets go of nothing that is not durable, writes what is in memory, frees the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _ended.Task;
            return;
        }
        try
        {
            await StopLoopsAsync();
            foreach (int shard in _core.DamagedStates.Keys) _core.Store.State((uint)shard).Clear();
            await _core.Store.DisposeAsync();
        }
        finally
        {
            End();
        }
    }

    /// <summary>Ends as a crash would: nothing that is in memory is written. For tests of what a crash leaves.</summary>
    public async ValueTask AbandonAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await StopLoopsAsync();
        await _core.Store.AbandonAsync();
        End();
    }

    private async Task StopLoopsAsync()
    {
        if (_timer is not null) await _timer.DisposeAsync();
        if (_scrubber is not null) await _scrubber.DisposeAsync();
        if (_healer is not null) await _healer.DisposeAsync();
        await _stop.CancelAsync();
        await _core.Flush.DisposeAsync();
        foreach (ShardLoop? shard in _core.Shards)
        {
            if (shard is null) continue;
            shard.Stop();
            await shard.Completion;
        }
    }

    private void End()
    {
        _core.Configurations.Stop();
        _core.Metrics.Dispose();
        _stop.Dispose();
        _ended.TrySetResult();
    }

    private void Recover()
    {
        long since = _core.Time.GetTimestamp();
        StoreHealth health = _core.Store.Health;
        foreach (Damage damage in health.Damages) Report(damage);
        health.Found += Report;
        if (!health.MayVote) _core.Log.VotesLost();
        Recovery recovery = new(_core);
        ShardTip[] tips = recovery.RecoverAll(ShardCount);
        _core.Checkpoints.Load();
        _scrubber = new Scrubber(_core.Store);
        for (int shard = 0; shard < ShardCount; shard++)
        {
            ShardTip tip = tips[shard];
            Epoch first = Epoch.First(Genesis.Configuration.Number, shard, Genesis.Configuration.N);
            (VoteRecords records, Consensus.Log.VoteLog? log) = VoteRecords.Load(_core.Store.Votes, shard, Genesis.Network, first, health.MayVote);
            Id16 nonce = Id16.Random(System.Security.Cryptography.RandomNumberGenerator.Create());
            _core.Shards[shard] = new ShardLoop(_core, shard, tip, records, log, nonce, _stop.Token);
        }
        _core.Metrics.Observe("height", "{block}", "Committed height.", ShardCount, shard => _core.Shards[shard].Tip.Info.Height);
        _core.Metrics.Observe("lag", "{block}", "How far the committed height is behind the highest one that is known to be certified.", ShardCount, shard => Math.Max(0, _core.Shards[shard].KnownHeight - _core.Shards[shard].Tip.Info.Height));
        _core.Metrics.Observe("blocks.pending", "{block}", "Blocks executed and not committed.", ShardCount, shard => _core.Shards[shard].PendingCount);
        _core.Metrics.Observe("epoch", null, "The epoch's counter.", ShardCount, shard => _core.Shards[shard].Standing.Promised.Counter);
        _core.Metrics.Observe("level", null, "1 once the replica knew what is committed and had it; before that it answers nothing.", ShardCount, shard => _core.Shards[shard].IsLevel ? 1 : 0);
        _core.Metrics.Observe("members", "{member}", "Members of the configuration that votes on the shard's next block.", ShardCount, shard => _core.Keys.Count(_core.Shards[shard].Standing.Config));
        _core.Metrics.Observe("quorum", "{member}", "How many of them must vote.", ShardCount, shard => Quorum.Size(_core.Keys.Count(_core.Shards[shard].Standing.Config)));
        ObserveLeaders();
        _core.Metrics.Observe("flush.queue", "{step}", "Steps that wait for the next flush.", () => _core.Flush.WaitingCount);
        _core.Metrics.Observe("voting", null, "1 while the shard votes; 0 while it recovers, or follows without voting.", ShardCount, shard => _core.Shards[shard].Standing.Mode == Consensus.Effects.ReplicaMode.Voting ? 1 : 0);
        _core.Metrics.Observe("shard.queue", "{message}", "Messages of other members that wait.", ShardCount, shard => _core.Shards[shard].QueueLength);
        _core.Log.Started(ShardCount, (long)_core.Time.GetElapsedTime(since).TotalMilliseconds);
    }

    private void ObserveLeaders()
    {
        ShardLoad Load(int shard) => _core.LeaderOf(shard)?.Load ?? default;
        _core.Metrics.Observe("mempool.statements", "{statement}", "Statements that wait for their commit.", ShardCount, shard => Load(shard).Statements);
        _core.Metrics.Observe("mempool.size", "By", "The bytes of the statements that wait.", ShardCount, shard => Load(shard).Bytes);
        _core.Metrics.Observe("mempool.free", "{statement}", "Waiting statements that are in no block on its way.", ShardCount, shard => Load(shard).Free);
        _core.Metrics.Observe("submissions.active", "{statement}", "Hand-ins under way: being checked, or waiting.", ShardCount, shard => Load(shard).Entering);
        _core.Metrics.Observe("forwards.active", "{statement}", "Statements of other members that are being checked.", ShardCount, shard => Load(shard).Forwards);
        _core.Metrics.Observe("leading", null, "1 while this member leads the shard, or tries to.", ShardCount, shard => Load(shard).IsLeading ? 1 : 0);
    }

    private void Tick()
    {
        // A tick that finds the one before still at work is left out.
        if (Interlocked.Exchange(ref _ticking, 1) != 0) return;
        if (_ticks++ % TicksPerQuestion == 0) _core.Configurations.Look();
        for (int shard = 0; shard < ShardCount; shard++)
        {
            ShardLoop loop = _core.Shards[shard];
            loop.PostTick();
            _core.LeaderOf(shard)?.Tick();
        }
        Volatile.Write(ref _ticking, 0);
    }

    private void Report(Damage damage)
    {
        if (damage.Outcome != DamageOutcome.Healed) _core.Metrics.DamageFound(damage.Kind.ToString());
        _core.Log.Damage(damage.Kind.ToString(), damage.Outcome.ToString(), damage.File, damage.Offset, damage.Words);
        if (damage.Outcome is DamageOutcome.Healed or DamageOutcome.Repaired) _core.Metrics.DamageHealed(damage.Kind.ToString());
    }

    private void TakeObjects(ReadOnlyMemory<byte> message)
    {
        if (!MessageCodec.TryDecodePayload(message, out ReadOnlyMemory<byte> payload)) return;
        CborReader reader = new(payload.Span);
        int count = reader.ReadArrayStart();
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            ReadOnlySpan<byte> bytes = reader.ReadBytes();
            if (!reader.Failed) _core.Objects.Put(bytes);
        }
    }

    private void Fail(Exception failure)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) is not null) return;
        _core.Flush.Stop();
        // Not awaited here: it waits for the very loop that has failed.
        _ = Task.Run(async () => await DisposeAsync());
    }
}
