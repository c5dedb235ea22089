using HealthLedger.Consensus;
using HealthLedger.Consensus.Messages;
using HealthLedger.Consensus.Replica;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Contracts;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.Views;
using HealthLedger.Validator.Sharding;
using HealthLedger.Validator.Telemetry;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator;

/// <content>What the member's shard actors do through its validator. They trust each other: they are one member.</content>
public sealed partial class Replica
{
    private const int ObjectsPerMessageBytes = 8 << 20;

    /// <summary>The clock.</summary>
    public TimeProvider Time => _core.Time;

    /// <summary>How the member is called in metrics.</summary>
    public string Label => _core.Label;

    /// <summary>The time of a step.</summary>
    public Moment Now => _core.Now;

    /// <summary>What a leader machine of the shard is built with.</summary>
    public ReplicaSettings SettingsOf(int shard) => _core.Shards[shard].Settings;

    /// <summary>The member that leads the shard, or is expected to: its index in the configuration that votes on the shard's next block.</summary>
    public int LeaderOf(int shard) => _core.Shards[shard].Standing.Leader;

    /// <summary>True where this member leads the shard, or is expected to.</summary>
    public bool IsLeaderOf(int shard) => _core.Shards[shard].Standing.LeaderId == MemberId;

    /// <summary>The shard's committed block.</summary>
    public ShardTip TipOf(int shard) => _core.Shards[shard].Tip;

    /// <summary>A shard actor begins or ends to lead.</summary>
    public void ReportLeading(int shard, string what) => _core.Log.Leading(shard, what);

    /// <summary>A shard actor met a defect and leads no longer.</summary>
    public void ReportLeaderFailure(int shard, Exception failure) => _core.Log.LeaderFailed(shard, failure);

    /// <summary>Says in the log where the time of a slow statement went, and which block has it.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="height">The block's height; 0 where it was not committed.</param>
    /// <param name="statement"><see cref="LedgerTrace.Short"/>.</param>
    /// <param name="milliseconds">From the hand-in to the answer.</param>
    /// <param name="stages">Names of stages and milliseconds.</param>
    /// <param name="leftOut">Lines of this kind that were left out before this one.</param>
    public void ReportSlow(int shard, long height, string statement, double milliseconds, string stages, int leftOut) => _core.Log.Slow(shard, height, statement, milliseconds, stages, leftOut);

    /// <summary>Measures that a statement which was handed in here was committed after so many seconds.</summary>
    public void ReportCommitted(int shard, double seconds) => _core.Metrics.CommitSeen(seconds);

    /// <summary>Gives news to the shard's replica machine.</summary>
    public void Tell(int shard, Message news)
    {
        ShardLoop loop = _core.Shards[shard];
        loop.Post(() => loop.Step(news));
    }

    /// <summary>Sends a leader's message to one member, signed where it must be.</summary>
    public void Send(int shard, int to, Message message, ReadOnlyMemory<byte> block = default) => _core.Send(shard, to, _core.Signed(message), block);

    /// <summary>Sends a leader's message to all members.</summary>
    public void Broadcast(int shard, Message message, ReadOnlyMemory<byte> block = default) => _core.Broadcast(shard, message, block);

    /// <summary>Forwards an encoded submission to the member that leads the shard, or is expected to, unless it is this one.</summary>
    public void Forward(int shard, ReadOnlySpan<byte> submission)
    {
        ShardStanding standing = _core.Shards[shard].Standing;
        if (standing.LeaderId != MemberId) _core.Post(shard, standing.Config, standing.LeaderId, MessageKind.Forward, submission);
    }

    /// <summary>Sends an encoded submission that has waited for long to every other member (rule 1).</summary>
    public void Share(int shard, ReadOnlySpan<byte> submission) => _core.PostToOthers(shard, _core.Shards[shard].Standing.Config, MessageKind.Share, submission);

    /// <summary>Builds a block of a configuration on an executed one, a stop sign where one is due; null when that is not executed here (any more), or leads to another configuration.</summary>
    public Task<BuiltProposal?> BuildAsync(int shard, int config, BlockRef parent, IReadOnlyList<Submission> candidates, CheckpointItem? checkpoint, BuildLimits limits) =>
        _core.Shards[shard].BuildAsync(config, parent, candidates, checkpoint, limits);

    /// <summary>A block is owed on this one even if nothing waits: a stop sign, or the first block of a configuration (rule 10).</summary>
    public bool OwesBlockOn(int shard, BlockRef parent) => _core.Shards[shard].OwesBlockOn(parent);

    /// <summary>Since when, on the clock of <see cref="Now"/>, the leader owes a shard a stop sign; null while none is due. It counts as a statement that waits.</summary>
    public long? StopDueSince(int shard) => _core.Shards[shard].StopDueSince;

    /// <summary>True where this member has a seat, and its key, in the configuration that votes on the shard's next block.</summary>
    public bool HasSeat(int shard) => IndexIn(_core.Shards[shard].Standing.Config) >= 0;

    /// <summary>The encoded block of a hash from the own disk; empty when it is not there.</summary>
    public ReadOnlyMemory<byte> OwnBlock(int shard, Hash32 hash) =>
        _core.Store.Blocks.TryRead(hash) is { } stored && stored.Shard == (uint)shard && BlockRecord.Decode(stored.Bytes).TryGet(out BlockRecord? record, out _) ? record.Block.Bytes : default;

    /// <summary>The bytes of a block, from here or from the others; null when nobody has it.</summary>
    public Task<(BlockInfo Info, ReadOnlyMemory<byte> Bytes)?> FindBlockAsync(int shard, Hash32 hash) => _core.Shards[shard].FindBlockAsync(hash);

    /// <summary>
    /// Whether a block on the committed one could take the statement now: form, times, key, signature, seq. The signature is remembered, so the replica
    /// does not check it again.
    /// </summary>
    public Fault? Admit(Submission submission)
    {
        int shard = submission.Statement.Shard;
        if (shard >= ShardCount) return new Fault(FaultCode.PlaceWrong, $"There is no shard {shard} in this network.");
        if (StatementCheck.Form(submission, Genesis.Network, shard, Genesis.Shards) is { } unfit) return unfit;
        IRowReader rows = _core.Store.State((uint)shard);
        long time = Math.Max(_core.Now.Wall, TipOf(shard).Info.Time);
        bool known = _core.Signatures.IsKnown(submission.Statement);
        Result<Signer> admitted = StatementCheck.Admit(submission, Genesis.Network, rows, _core.Directory.View, time, _core.Signatures, remembered: 0);
        if (!known) _core.Metrics.Verified(1);
        return admitted.TryGet(out _, out Fault fault) ? null : fault;
    }

    /// <summary>The first object that the submission's events name and that is not here; null when all are.</summary>
    public Hash32? FindMissingObject(Submission submission)
    {
        List<Hash32> names = [];
        Checking.NamedObjects.Collect(submission, names);
        foreach (Hash32 name in names)
            if (!_core.Objects.Has(name)) return name;
        return null;
    }

    /// <summary>Brings the objects that the submission's events name here from the other members, where they are missing; false when one could not be had.</summary>
    public async Task<bool> GatherObjectsAsync(Submission submission)
    {
        List<Hash32> names = [];
        Checking.NamedObjects.Collect(submission, names);
        return await _core.GatherObjectsAsync([.. names]);
    }

    /// <summary>Stages vault objects here and sends them to every other validator; a vote for what names them means that they are on its disk.</summary>
    /// <returns>A fault where the bytes are no object.</returns>
    public async Task<Fault?> PutObjectsAsync(IReadOnlyList<ReadOnlyMemory<byte>> objects)
    {
        if (objects.Count == 0) return null;
        await _core.Objects.RoomAsync();
        List<ReadOnlyMemory<byte>> batch = [];
        int bytes = 0;
        foreach (ReadOnlyMemory<byte> each in objects)
        {
            if (_core.Objects.Put(each.Span) is null) return new Fault(FaultCode.FormatLimit, "An object has 2 bytes to 16 MiB.");
            batch.Add(each);
            bytes += each.Length;
            if (bytes < ObjectsPerMessageBytes) continue;
            SendObjects(batch);
            (batch, bytes) = ([], 0);
        }
        if (batch.Count > 0) SendObjects(batch);
        return null;
    }

    /// <summary>Listens to a shard's committed blocks: each once it is durable, in order. The observer is called on the validator's thread and only queues.</summary>
    public IDisposable Observe(int shard, Action<CommittedBlock> observer) => _core.Observe(shard, observer);

    private void SendObjects(List<ReadOnlyMemory<byte>> objects)
    {
        CborWriter writer = new(objects.Sum(each => each.Length + 5) + 8);
        writer.WriteArrayStart(objects.Count);
        foreach (ReadOnlyMemory<byte> each in objects) writer.WriteBytes(each.Span);
        _core.PostToOthers(0, Book.Newest.Number, MessageKind.Objects, writer.WrittenSpan);
    }
}
