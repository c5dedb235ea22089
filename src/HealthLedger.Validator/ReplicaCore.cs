using System.Collections.Concurrent;
using HealthLedger.Consensus;
using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.Execution;
using HealthLedger.Storage;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Receipts;
using HealthLedger.Validator.Snapshots;
using HealthLedger.Validator.Flushing;
using HealthLedger.Validator.Checkpoints;
using HealthLedger.Validator.Links;
using HealthLedger.Validator.Objects;
using HealthLedger.Validator.Sharding;
using HealthLedger.Validator.Telemetry;
using HealthLedger.Validator.Wire;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Validator;

/// <summary>What the shards of one replica share: its disk, its key, its links, what it has verified, and who listens to it.</summary>
internal sealed class ReplicaCore
{
    private const int GatherAtOnce = 16;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly IMemberLinks _links;
    private readonly CancellationToken _stopping;
    private readonly Action<int, Exception> _failed;
    private readonly IShardLeader?[] _leaders;
    private readonly ConcurrentDictionary<(int Shard, long Id), Action<CommittedBlock>> _observers = new();
    private long _nextObserver;

    public ReplicaCore(
        ReplicaOptions options, ConfigurationBook book, ValidatorKeys keys, ReplicaStore store, IMemberLinks links, TimeProvider time, ILogger logger,
        Action<int, Exception> failed, CancellationToken stopping)
    {
        (Options, Book, Keys, Store, _links, _time, _failed, _stopping) = (options, book, keys, store, links, time, failed, stopping);
        _started = time.GetTimestamp();
        int self = book.IndexOf(book.Newest.Number, keys.Member);
        Log = new ReplicaLog(logger, self);
        Label = MemberLabel.Of(book, keys.Member);
        Metrics = new ReplicaMetrics(Label, time);
        Verifier = new CachedVoteVerifier(book);
        Directory = new DirectoryState(store.State(0));
        Objects = new VaultObjects(store);
        Shards = new ShardLoop[Genesis.Shards + 1];
        _leaders = new IShardLeader?[Genesis.Shards + 1];
        Receipts = new ReceiptSource(store, Genesis);
        Configurations = new ConfigurationDesk(this);
        Snapshots = new SnapshotDesk(this);
        Checkpoints = new CheckpointBoard(book, keys, options.Folder, (config, cosignature) => PostToOthers(0, config, MessageKind.Cosignature, cosignature.Span));
        Flush = new FlushLoop(() => store.FlushAsync(), Sign, Metrics, failure => Fail(-1, failure));
    }

    public ReplicaOptions Options { get; }

    public GenesisFile Genesis => Book.Genesis;

    /// <summary>The configurations known.</summary>
    public ConfigurationBook Book { get; }

    /// <summary>How more of them come to be known.</summary>
    public ConfigurationDesk Configurations { get; }

    /// <summary>Snapshots of other members, for shards that are far behind.</summary>
    public SnapshotDesk Snapshots { get; }

    /// <summary>Receipts of committed entries.</summary>
    public ReceiptSource Receipts { get; }

    /// <summary>This member's id and validator keys, and which index it has under each configuration that it votes in.</summary>
    public ValidatorKeys Keys { get; }

    /// <summary>This member's id.</summary>
    public Hash32 Self => Keys.Member;

    public ReplicaStore Store { get; }

    public CheckpointBoard Checkpoints { get; }

    public ReplicaLog Log { get; }

    public ReplicaMetrics Metrics { get; }

    /// <summary>How the member is called in metrics.</summary>
    public string Label { get; }

    public CachedVoteVerifier Verifier { get; }

    public SignatureCache Signatures { get; } = new();

    public DirectoryState Directory { get; }

    public VaultObjects Objects { get; }

    public FlushLoop Flush { get; }

    /// <summary>All shards, by number; filled while the replica starts.</summary>
    public ShardLoop[] Shards { get; }

    public Moment Now => new((long)_time.GetElapsedTime(_started).TotalMilliseconds, _time.GetUtcNow().ToUnixTimeMilliseconds());

    public TimeProvider Time => _time;

    public IShardLeader? LeaderOf(int shard) => Volatile.Read(ref _leaders[shard]);

    public void SetLeader(int shard, IShardLeader? leader) => Volatile.Write(ref _leaders[shard], leader);

    public void Fail(int shard, Exception failure)
    {
        if (failure is Storage.State.StateDamagedException damaged) DamagedStates.TryAdd((int)damaged.Shard, true);
        Log.Failed(shard, failure);
        _failed(shard, failure);
    }

    public void ModeChanged(int shard, ReplicaMode mode) => Log.Mode(shard, mode);

    /// <summary>The message with the signature that it needs.</summary>
    public Message Signed(Message message)
    {
        Metrics.Said(message);
        return WithSignature(message);
    }

    private Message WithSignature(Message message) => message switch
    {
        PromiseAnswer { Promise: var promise } answer => answer with { Promise = promise with { Signature = Sign(promise, promise.Epoch.Config) } },
        NackAnswer { Nack: var nack } answer => answer with { Nack = nack with { Signature = Sign(nack, nack.Promised.Config) } },
        StatusAnswer { Status: var status } answer => answer with { Status = status with { Signature = Sign(status, status.Promised.Config) } },
        ComplainCall { Complaint: var complaint } call => call with { Complaint = complaint with { Signature = Sign(complaint, complaint.Epoch.Config) } },
        HandOverCall { HandOver: var given } call => call with { HandOver = given with { Signature = Sign(given, given.Epoch.Config) } },
        _ => message,
    };

    /// <summary>Sends to one member of the message's configuration; to this one without bytes.</summary>
    public void Send(int shard, int to, Message message, ReadOnlyMemory<byte> block = default)
    {
        if (Book.MemberAt(message.Config, to) is not { } member) return;
        if (member == Self) Route(shard, message);
        else _links.Post(member, MessageCodec.Encode(Genesis.Network, shard, message, block));
    }

    /// <summary>Sends to every member of the message's configuration, encoded once.</summary>
    public void Broadcast(int shard, Message message, ReadOnlyMemory<byte> block = default)
    {
        if (Book.TryGet(message.Config) is not { } configuration) return;
        byte[]? encoded = null;
        foreach (Member member in configuration.Members)
        {
            if (member.Identity.KeyId == Self) continue;
            encoded ??= MessageCodec.Encode(Genesis.Network, shard, message, block);
            _links.Post(member.Identity.KeyId, encoded);
        }
        Route(shard, message);
    }

    /// <summary>Posts bytes that are not the replication's to another member.</summary>
    public void Post(int shard, int config, Hash32 to, MessageKind kind, ReadOnlySpan<byte> payload) => _links.Post(to, MessageCodec.Encode(shard, kind, config, payload));

    /// <summary>Posts such bytes to every other member of a configuration, encoded once.</summary>
    public void PostToOthers(int shard, int config, MessageKind kind, ReadOnlySpan<byte> payload)
    {
        if (Book.TryGet(config) is not { } configuration) return;
        byte[] encoded = MessageCodec.Encode(shard, kind, config, payload);
        foreach (Member member in configuration.Members)
            if (member.Identity.KeyId != Self) _links.Post(member.Identity.KeyId, encoded);
    }

    /// <summary>The other members that are known, in an order that begins after this one: not everybody asks the same one first.</summary>
    public IReadOnlyList<Hash32> Peers()
    {
        IReadOnlyList<Member> known = Book.Known;
        int self = 0;
        while (self < known.Count && known[self].Identity.KeyId != Self) self++;
        List<Hash32> peers = new(known.Count);
        for (int i = 1; i <= known.Count; i++)
            if (known[(self + i) % known.Count].Identity.KeyId is var peer && peer != Self) peers.Add(peer);
        return peers;
    }

    /// <summary>Gives a message to the machines it is for.</summary>
    public void Route(int shard, Message message)
    {
        switch (message)
        {
            case PromiseAnswer or VoteAnswer:
                LeaderOf(shard)?.Deliver(message);
                Shards[shard].PostOutside(message);
                break;
            case NackAnswer:
                LeaderOf(shard)?.Deliver(message);
                break;
            case HandOverCall { HandOver: var given }:
                if (Verifier.Verify(given)) LeaderOf(shard)?.HandedOver(given);
                break;
            case ProposeCall propose when message.From == Keys.Self(message.Config):
                Shards[shard].PostOwnProposal(propose);
                break;
            default:
                Shards[shard].PostOutside(message);
                break;
        }
    }

    /// <summary>Asks another member; empty when it does not answer in time.</summary>
    public async Task<ReadOnlyMemory<byte>> AskAsync(Hash32 member, ReadOnlyMemory<byte> request)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        try
        {
            Task<ReadOnlyMemory<byte>> answer = _links.AskAsync(member, request, limit.Token);
            return await answer.WaitAsync(Options.PeerTimeout, _time, _stopping);
        }
        catch (Exception end) when (end is TimeoutException or OperationCanceledException && !_stopping.IsCancellationRequested)
        {
            await limit.CancelAsync();
            return default;
        }
    }

    /// <summary>Fetches objects that are not here from the others and stages them; false when one could not be had.</summary>
    public async Task<bool> GatherObjectsAsync(Hash32[] names)
    {
        bool all = true;
        foreach (Hash32[] some in names.Where(name => !Objects.Has(name)).Chunk(GatherAtOnce))
            foreach (bool found in await Task.WhenAll(some.Select(FetchObjectAsync))) all &= found;
        return all;
    }

    /// <summary>Fetches one object from the others and stages it; false when nobody gave it.</summary>
    public async Task<bool> FetchObjectAsync(Hash32 name)
    {
        byte[] request = new PeerRequest(PeerRequestKind.Object, 0, 0, name).Encode();
        foreach (Hash32 peer in Peers())
        {
            ReadOnlyMemory<byte> answer = await AskAsync(peer, request);
            if (!answer.IsEmpty && Storage.Objects.ObjectVault.NameOf(answer.Span) == name && Objects.Put(answer.Span) == name) return true;
        }
        return Objects.Has(name);
    }

    /// <summary>Waits, for a while, until a shard is committed here up to a height; false when it is not.</summary>
    public async ValueTask<bool> ReachesAsync(int shard, long height)
    {
        long since = _time.GetTimestamp();
        while (Shards[shard].Tip.Info.Height < height)
        {
            Task next = Shards[shard].NextCommit;
            if (Shards[shard].Tip.Info.Height >= height) break;
            TimeSpan left = Options.ProposalPatience - _time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero) return false;
            try
            {
                await next.WaitAsync(left, _time, _stopping);
            }
            catch (TimeoutException)
            {
                return Shards[shard].Tip.Info.Height >= height;
            }
        }
        return true;
    }

    /// <summary>The hash of the block committed here at a height; zero where there is none.</summary>
    public Hash32 HashAt(int shard, long height)
    {
        ShardTip tip = Shards[shard].Tip;
        if (height == tip.Info.Height) return tip.Info.Hash;
        if (height == 0) return Shards[shard].Settings.Genesis.Hash;
        return Store.Blocks.Committed((uint)shard, (ulong)height)?.Hash ?? default;
    }

    /// <summary>A block was applied: what it changed for the other shards.</summary>
    /// <returns>True where it changed the directory.</returns>
    public bool NoteCommit(int shard, ChainBlock block)
    {
        if (shard != 0 || !Directory.Note(block.Info.Height, block.Result.Changes)) return false;
        for (int other = 1; other < Shards.Length; other++)
        {
            ShardLoop loop = Shards[other];
            loop.Post(() => loop.Step(new DirectoryChanged(block.Info.Height)));
        }
        return true;
    }

    /// <summary>Listens to a shard's committed blocks, each once durable, in order, on the flushing thread: an observer only queues.</summary>
    public IDisposable Observe(int shard, Action<CommittedBlock> observer)
    {
        (int, long) key = (shard, Interlocked.Increment(ref _nextObserver));
        _observers[key] = observer;
        return new Subscription(() => _observers.TryRemove(key, out _));
    }

    public void Publish(CommittedBlock block)
    {
        if (block.Times is { } times)
        {
            times.Durable = _time.GetTimestamp();
            Metrics.BlockDurable(times);
        }
        foreach (KeyValuePair<(int Shard, long Id), Action<CommittedBlock>> observer in _observers)
        {
            if (observer.Key.Shard != block.Shard) continue;
            try
            {
                observer.Value(block);
            }
            catch (Exception failure)
            {
                // One who listens must not end the replica.
                Log.ObserverFailed(block.Shard, failure);
            }
        }
    }

    /// <summary>Cosigns a checkpoint: the block is committed and its size durable. One that is damaged on the own disk by now is left out.</summary>
    public void Cosign(long height, long treeSize)
    {
        if (Store.Blocks.TryRead(0, (ulong)height) is { } stored && BlockRecord.Decode(stored.Bytes).TryGet(out BlockRecord? record, out _) && record.Block.Header.TreeSize == treeSize)
            Checkpoints.Cosign(record.Block.Header.Config, treeSize, record.Block.Header.TreeRoot);
    }

    /// <summary>Snapshots are whole: ends the replica, which takes them in when it is started anew.</summary>
    public void RestartForSnapshots() => _failed(-1, new SnapshotReadyException());

    /// <summary>Shards whose rows are to be emptied when the replica has ended.</summary>
    public ConcurrentDictionary<int, bool> DamagedStates { get; } = new();

    /// <summary>Rows of a shard are damaged: ends the replica, which computes them again when it is started anew.</summary>
    public void RestartForState(int shard)
    {
        if (!DamagedStates.TryAdd(shard, true)) return;
        Log.StateEmptied(shard);
        _failed(shard, new Storage.State.StateDamagedException((uint)shard, Options.Folder));
    }

    private byte[] Sign(object word, int config) => WordCodec.Sign(Keys.Required(config), Genesis.Network, word);

    /// <summary>One tree and signature over all votes of a flush; one for each key and index where shards are in different configurations.</summary>
    private VoteProof[] Sign(List<Vote> votes)
    {
        VoteProof[] proofs = new VoteProof[votes.Count];
        foreach (IGrouping<(ISigner Key, int Member), int> group in Enumerable.Range(0, votes.Count).GroupBy(i => (Keys.Required(votes[i].Epoch.Config), Keys.Self(votes[i].Epoch.Config))))
        {
            int[] places = [.. group];
            Vote[] tree = [.. places.Select(i => votes[i])];
            VoteProof[] signed = VoteCodec.Sign(group.Key.Key, Genesis.Network, group.Key.Member, tree);
            for (int i = 0; i < places.Length; i++) proofs[places[i]] = signed[i];
            Verifier.Trust(tree[0], signed[0]);
        }
        return proofs;
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
