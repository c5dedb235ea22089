using System.Collections.Immutable;
using System.Threading.Channels;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.Contracts;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.State;
using HealthLedger.Storage;
using HealthLedger.Storage.State;
using HealthLedger.Validator.Checking;
using HealthLedger.Validator.Sharding;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator.Audit;

/// <summary>One shard of an audit, from height 1 up.</summary>
internal sealed class AuditShard(
    GenesisFile genesis, IAuditSource source, ReplicaStore store, DirectoryView directory, AuditConfigurations configurations, RuleBook rules, SignatureCache signatures, AuditTotals totals, int shard)
{
    private const int BlocksAhead = 16;
    private readonly StateStore _state = store.State((uint)shard);
    private readonly ImmutableDictionary<(int, long), Hash32>.Builder _heads = ImmutableDictionary.CreateBuilder<(int, long), Hash32>();

    private sealed record Ahead(long Height, AuditedBlock Read, Result<BlockRecord> Record, Certificate? Certificate, AuditFinding? CertificateFault, bool IsVerified);

    /// <summary>In shard 0: the heads that its checkpoints name, by shard and height.</summary>
    public ImmutableDictionary<(int, long), Hash32> Heads => _heads.ToImmutable();

    /// <summary>Checks every block; the first fault, or null.</summary>
    /// <param name="heads">What checkpoints say of this shard.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<AuditFinding?> RunAsync(ImmutableDictionary<(int, long), Hash32> heads, CancellationToken cancel)
    {
        long last = source.HeightOf(shard);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Channel<Task<Ahead>> ahead = Channel.CreateBounded<Task<Ahead>>(BlocksAhead);
        Task reading = Task.Run(() => ReadAheadAsync(last, ahead.Writer, stop.Token), CancellationToken.None);
        try
        {
            return await CheckAllAsync(last, heads, ahead.Reader, cancel);
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    private async Task<AuditFinding?> CheckAllAsync(long last, ImmutableDictionary<(int, long), Hash32> heads, ChannelReader<Task<Ahead>> ahead, CancellationToken cancel)
    {
        BlockParent parent = BlockParent.Genesis(genesis, shard);
        StateRoots roots = new(_state);
        (long Height, Hash32 Hash) certified = default;
        Hash32 treeRoot = genesis.HeaderOf(shard).TreeRoot;
        bool afterStop = false;
        for (long height = 1; height <= last; height++)
        {
            Ahead next = await await ahead.ReadAsync(cancel);
            if (!next.Record.TryGet(out BlockRecord? record, out Fault malformed)) return At(next, "record", malformed);
            await roots.WhenReady(height);
            Result<ExecutedBlock> result = BlockExecutor.Check(parent, record.Block, _state, directory, signatures, roots.DueAt(height)?.Root, rules);
            if (!result.TryGet(out ExecutedBlock? executed, out Fault fault)) return At(next, "block", fault);
            if (record.Block.Items.IsEmpty && !afterStop) return At(next, "body", new Fault(FaultCode.ItemMisplaced, "Only the first block above a stop sign may be empty."));
            if (Outcomes(next, record, executed) is { } wrong) return wrong;
            afterStop = record.Block.ChildConfig != record.Block.Header.Config;
            if (heads.TryGetValue((shard, height), out Hash32 head) && head != record.Block.Hash)
                return At(next, "header", new Fault(FaultCode.CheckpointWrong, "A checkpoint in shard 0 names another block at this height."));
            if (Certificate(next, record) is { } uncertified) return uncertified;
            if (next.Certificate is not null) certified = (height, record.Block.Hash);
            foreach (Hash32 name in NamedObjects.Of(record.Block))
                if (!source.HasObject(name)) return At(next, "objects", new Fault(FaultCode.ObjectMissing, $"The object {name} is missing or altered."));
            foreach (CheckpointItem item in record.Block.Items.OfType<CheckpointItem>())
                foreach (ShardHead each in item.Heads) _heads[(each.Shard, each.Height)] = each.Header;
            _state.Apply((ulong)height, executed.Changes);
            if (shard == Shards.Directory && configurations.Learn(_state) is { } contradiction) return At(next, "outcomes", contradiction);
            roots.NoteCommit(height);
            (parent, treeRoot) = (executed.Next, record.Block.Header.TreeRoot);
            totals.Block(record.Block.EntryCount, record.Block.StatementCount);
        }
        if (last > 0 && certified.Height != last)
            return new AuditFinding(new AuditPlace(source.Read(shard, last).File, shard, last, "certificate"), new Fault(FaultCode.ProofInvalid, "The newest block has no certificate."));
        return source.CompareEnd(shard, last, treeRoot, () => StateRoot.Compute(_state.Scan(default)));
    }

    private AuditFinding? Outcomes(Ahead next, BlockRecord record, ExecutedBlock executed)
    {
        Outcome[] stored = record.Outcomes();
        for (int i = 0; i < stored.Length; i++)
            if (stored[i] != executed.Outcomes[i]) return At(next, $"outcome {i}", new Fault(FaultCode.BlockResultWrong, "The stored outcome is not what the rules decide."));
        return null;
    }

    private AuditFinding? Certificate(Ahead next, BlockRecord record)
    {
        if (next.CertificateFault is not null) return next.CertificateFault;
        if (next.Certificate is not { } certificate) return null;
        if (certificate.Kind != VoteKind.Commit || certificate.Vote.Shard != shard || certificate.Height != next.Height || certificate.Block != record.Block.Hash)
            return At(next, "certificate", new Fault(FaultCode.ProofInvalid, "The certificate is of another block."));
        if (certificate.Epoch.Config != record.Block.Header.Config) return At(next, "certificate", new Fault(FaultCode.ProofInvalid, "The certificate is of another configuration than the block."));
        if (!next.IsVerified)
        {
            // Read before the block was checked that decided its configuration.
            if (configurations.TryGet(certificate.Epoch.Config) is not { } configuration)
                return At(next, "certificate", new Fault(FaultCode.ConfigurationUnknown, $"Configuration {certificate.Epoch.Config} is not proved by what is at hand."));
            if (CertificateVerifier.Check(configuration, certificate) is { } unproven) return At(next, "certificate", unproven);
        }
        totals.Certified(shard, next.Height);
        return null;
    }

    private async Task ReadAheadAsync(long last, ChannelWriter<Task<Ahead>> writer, CancellationToken stop)
    {
        try
        {
            for (long height = 1; height <= last; height++)
            {
                long at = height;
                await writer.WriteAsync(Task.Run(() => Read(at), CancellationToken.None), stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A fault was found, or the audit is over.
        }
    }

    /// <summary>Reads, decodes, verifies the certificate, and those signatures whose keys are known by now.</summary>
    private Ahead Read(long height)
    {
        AuditedBlock read = source.Read(shard, height);
        Result<BlockRecord> record = read.Record is { } bytes ? BlockRecord.Decode(bytes) : new Fault(FaultCode.ProofInvalid, "The block is missing or cannot be read.");
        Certificate? certificate = CertificateBytes.TryDecode(read.Certificate);
        AuditFinding? fault = null;
        AuditPlace place = new(read.File, shard, height, "certificate");
        if (read.Certificate is null) fault = new AuditFinding(place, new Fault(FaultCode.ProofInvalid, "The certificate cannot be read."));
        else if (read.Certificate is { IsEmpty: false } && certificate is null) fault = new AuditFinding(place, new Fault(FaultCode.CborMalformed, "The certificate is malformed."));
        bool isVerified = false;
        if (fault is null && certificate is not null && configurations.TryGet(certificate.Epoch.Config) is { } configuration)
        {
            isVerified = true;
            if (CertificateVerifier.Check(configuration, certificate) is { } unproven) fault = new AuditFinding(place, unproven);
        }
        if (record.IsOk)
        {
            SignatureBatch batch = SignatureBatch.Plan(
                record.Value.Block.Items.OfType<SubmissionItem>().Select(item => item.Submission), genesis.Network, _state, directory, record.Value.Block.Header.Time, signatures);
            for (int i = 0; i < batch.Count; i++) batch.Verify(i);
        }
        return new Ahead(height, read, record, certificate, fault, isVerified);
    }

    private AuditFinding At(Ahead next, string item, Fault fault) => new(new AuditPlace(next.Read.File, shard, next.Height, item), fault);
}
