using System.Security.Cryptography;
using HealthLedger.Actors.Consents;
using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Patients;
using HealthLedger.Actors.Reading;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Statements;
using HealthLedger.Validator;
using HealthLedger.Validator.Sharding;
using HealthLedger.Consensus.Effects;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;
using HealthLedger.Storage.Flushing;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Storage.State;
using HealthLedger.Storage.Trees;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Actors.Nodes;

/// <summary>One member's node: its replica, its shard actors, and the actors of patients and consents, in the host that it is given.</summary>
public sealed class MemberNode : INode, IAsyncDisposable
{
    private readonly Replica _replica;
    private readonly IReadOnlyList<ILedgerShard> _shards;
    private readonly ReplicaReader _reader;
    private readonly IActors _actors;
    private readonly QueryDesk _queries;
    private readonly ConsentWatch _consents;
    private readonly List<IDisposable> _observing = [];

    /// <summary>Puts a node together in the embedded host; its replica runs already.</summary>
    /// <param name="replica">The member's validator.</param>
    /// <param name="shards">Its shard actors, by shard.</param>
    /// <param name="organization">A signing key of the member's organization, for closing entries.</param>
    /// <param name="options">Settings of the actors' host.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="random">Salts and nonces.</param>
    /// <param name="logs">Where actors log.</param>
    public MemberNode(Replica replica, IReadOnlyList<LedgerShardActor> shards, ISigner organization, EmbeddedHostOptions options,
        TimeProvider clock, RandomNumberGenerator random, ILoggerFactory logs)
        : this(replica, shards, organization, (reader, pen) => Embedded(reader, pen, options with { MeterTags = [new("member", replica.Label)] }, clock, logs), clock, random)
    {
    }

    /// <summary>Puts a node together in any host; its replica runs already.</summary>
    /// <param name="replica">The member's validator.</param>
    /// <param name="shards">The ways to its shard actors, by shard.</param>
    /// <param name="organization">A signing key of the member's organization, for closing entries.</param>
    /// <param name="host">Given what this member's actors read from and write with: the actors; disposed with the node where they can be.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="random">Salts and nonces.</param>
    public MemberNode(Replica replica, IReadOnlyList<ILedgerShard> shards, ISigner organization, Func<ILedgerReader, MemberPen, IActors> host,
        TimeProvider clock, RandomNumberGenerator random)
    {
        (_replica, _shards) = (replica, shards);
        _reader = new ReplicaReader(replica);
        MemberPen pen = new(Seat, Genesis.Network, organization, SubmitAsync, clock, random);
        _actors = host(_reader, pen);
        _queries = new QueryDesk(_reader, _actors, new QueryGuard(_reader, clock));
        _consents = new ConsentWatch(_reader, _actors, clock);
        for (int shard = 1; shard < replica.ShardCount; shard++) _observing.Add(replica.Observe(shard, NoteConsents));
    }

    /// <summary>Where what is costly to find again is kept; without it, it is found again.</summary>
    public SnapshotStore? Snapshots
    {
        get;
        init
        {
            field = value;
            if (value is not null) _consents.Keep(value);
        }
    }

    /// <inheritdoc/>
    public GenesisFile Genesis => _replica.Genesis;

    /// <inheritdoc/>
    public int Member => _replica.Member;

    /// <inheritdoc/>
    public async ValueTask<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default)
    {
        if (!Submission.Decode(envelope.Submission).TryGet(out Submission? submission, out Fault fault)) return fault;
        int shard = submission.Statement.Shard;
        return shard < _shards.Count ? await AnswerAsync(() => new ValueTask<Result<CommittedStatement>>(_shards[shard].SubmitAsync(envelope, cancel))) : NoSuchShard;
    }

    /// <inheritdoc/>
    public ValueTask<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default) =>
        AnswerAsync<CommittedStatement?>(() => new(Find(shard, statementId)));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default) =>
        AnswerAsync(() => _queries.AnswerAsync(signedQuery));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default) => AnswerAsync<ReadOnlyMemory<byte>>(() =>
    {
        if (!Find(shard, statementId).TryGet(out CommittedStatement? found, out Fault fault)) return new(fault);
        if (found is null || index < 0 || index >= found.Outcomes.Count) return new(new Fault(FaultCode.NotFound, "This node knows no such statement, or it has no such event."));
        return new(_reader.Receipt(shard, found.EntryLeaf(index)));
    });

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> TransparentStatementAsync(int shard, Hash32 statementId, CancellationToken cancel = default) => AnswerAsync<ReadOnlyMemory<byte>>(() =>
    {
        if (!Find(shard, statementId).TryGet(out CommittedStatement? found, out Fault fault)) return new(fault);
        if (found is null) return new(new Fault(FaultCode.NotFound, "This node knows no such statement."));
        if (!_reader.Entry(shard, found.EntryLeaf(0)).TryGet(out CommittedEntry? entry, out fault)) return new(fault);
        if (_replica.CoseReceipt(shard, found.StatementLeaf) is not { } receipt) return new(new Fault(FaultCode.Unavailable, "The statement's block is being committed; ask again in a moment."));
        return new((ReadOnlyMemory<byte>)entry.Statement.ToTransparent([receipt]));
    });

    /// <inheritdoc/>
    public ValueTask<Result<string>> CheckpointAsync(CancellationToken cancel = default) =>
        new(_replica.Checkpoint is { } note ? note : new Fault(FaultCode.NotFound, "There is no checkpoint yet; the first follows the first entry."));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) =>
        new(after < 0 ? new Fault(FaultCode.FormatValue, "A configuration has a number from 0.") : (ReadOnlyMemory<byte>)_replica.Book.History.Encode(after));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) => AnswerAsync<ReadOnlyMemory<byte>>(() =>
    {
        LedgerView directory = _reader.View(Shards.Directory);
        // Proposals are for the configuration after the one decided last: those before are gone with its decision.
        int number = _replica.Book.Newest.Number;
        while (directory.Configuration(number + 1) is not null) number++;
        ConfigurationRow current = directory.Configuration(number)!;
        return new((ReadOnlyMemory<byte>)new ConfigurationProposals(
            [.. directory.Proposals(current.Members).Select(each => new ConfigurationProposal(each.Proposal.Bytes, each.Proposal.Leaf, each.Approved))]).Encode());
    });

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> TileAsync(Tile tile, CancellationToken cancel = default) =>
        AnswerAsync<ReadOnlyMemory<byte>>(() => new(_reader.Tile(Shards.Directory, tile) is { } bytes ? bytes : NoSuchTile));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> EntriesAsync(Tile tile, CancellationToken cancel = default) =>
        AnswerAsync<ReadOnlyMemory<byte>>(() => new(_reader.Leaves(Shards.Directory, tile) is { } bytes ? bytes : NoSuchTile));

    /// <inheritdoc/>
    public NodeHealth Health()
    {
        ReplicaHealth health = _replica.Health;
        List<string> warnings = [];
        if (health.Failure is not null) warnings.Add("The replica has ended; its log says why. Start the node again.");
        if (!health.MayVote) warnings.Add("Both files of the vote log were lost: the replica follows without voting until its validator key is replaced.");
        int[] silent = [.. health.Shards.Where(shard => health.MayVote && shard.Mode == ReplicaMode.Following).Select(shard => shard.Shard)];
        if (silent.Length > 0) warnings.Add($"The vote log is older than what this replica has signed in shards {string.Join(", ", silent)}: it follows there without voting until its validator key is replaced.");
        if (!_replica.IsLevel && health.Failure is null) warnings.Add("The replica catches up with the others; until then it does not answer.");
        if (health.DamageOpen > 0) warnings.Add($"{health.DamageOpen} damaged places are being healed from other members.");
        if (health.DamageFound > 0) warnings.Add($"{health.DamageFound} damaged places were found since the start.");
        if (Snapshots?.Warning is { } database) warnings.Add(database);
        ShardHealth[] shards = [.. health.Shards.Select(shard =>
            new ShardHealth(shard.Shard, shard.Height, _reader.Tip(shard.Shard).Time, shard.Epoch.Counter, shard.Leader, shard.Mode.ToString(), _shards[shard.Shard].WaitingCount))];
        return new NodeHealth(health.IsVoting && _replica.IsLevel, shards, warnings);
    }

    /// <summary>Wakes the consents whose end is near now, as happens regularly by itself.</summary>
    public Task LookAtConsentsAsync() => _consents.LookAsync();

    /// <summary>Stops the actors. The replica and the shard actors are stopped by who started them.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable observing in _observing) observing.Dispose();
        await _consents.DisposeAsync();
        if (_actors is IAsyncDisposable own) await own.DisposeAsync();
    }

    private static EmbeddedHost Embedded(ILedgerReader reader, MemberPen pen, EmbeddedHostOptions options, TimeProvider clock, ILoggerFactory logs)
    {
        EmbeddedHost host = new(options, clock, logs.CreateLogger<EmbeddedHost>());
        host.Register(PatientActor.Kind(reader));
        host.Register(ConsentActor.Kind(reader, pen));
        return host;
    }

    private MemberSeat? Seat()
    {
        Configuration newest = _replica.Book.Newest;
        int index = _replica.Book.IndexOf(newest.Number, _replica.MemberId);
        return index < 0 ? null : new MemberSeat(index, newest.N, Genesis.DidOf(newest.Members[index].Identity).ToString());
    }

    // Called on the validator's thread: only queues.
    private void NoteConsents(CommittedBlock block) => _consents.Note(CommittedGrants.Of(block.Shard, block.Block, block.Outcomes));

    /// <summary>
    /// An answer from the own replica, or that there is none now: while it is not level it would say of things that they are not there, and damaged rows
    /// or tiles are computed anew.
    /// </summary>
    private async ValueTask<Result<T>> AnswerAsync<T>(Func<ValueTask<Result<T>>> answer)
    {
        if (!_replica.IsLevel) return NotLevel;
        try
        {
            return await answer();
        }
        catch (Exception damage) when (damage is StateDamagedException or TreeDamagedException or StoreFailedException or ObjectDisposedException)
        {
            return Healing;
        }
    }

    private Result<CommittedStatement?> Find(int shard, Hash32 statementId)
    {
        if (shard < 0 || shard >= _shards.Count) return Result<CommittedStatement?>.Ok(null);
        if (_reader.Find(shard, statementId) is { } found) return found;
        return _reader.View(shard).StatementById(statementId) is null ? Result<CommittedStatement?>.Ok(null) : Healing;
    }

    private static Fault NotLevel => new(FaultCode.Unavailable, "The node catches up with the other members; try again in a moment, or ask another one.");

    private static Fault Healing => new(FaultCode.Unavailable, "The node's store is being healed; try again in a moment, or ask another one.");

    private static Fault NoSuchShard => new(FaultCode.PlaceWrong, "The network has no such shard.");

    private static Result<ReadOnlyMemory<byte>> NoSuchTile => new Fault(FaultCode.NotFound, "The tree has no such tile (yet).");
}
