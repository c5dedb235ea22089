using System.Buffers.Binary;
using System.Collections.Concurrent;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Network;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.Release;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;

namespace HealthLedger.Client.Tests.World;

/// <summary>
/// A node in memory: real rules, real release policy, real signatures, one validator. Tests can make it lie or fail at its edges, through the
/// hooks; in between it is honest.
/// </summary>
internal sealed class MemoryLedger : ILedgerConnection
{
    private readonly MemoryShard[] _shards;
    private readonly MemoryRows _directoryRows = new();
    private readonly DirectoryView _directory;
    private readonly ConcurrentDictionary<Hash32, ReadOnlyMemory<byte>> _objects = new();
    private readonly HashSet<Id16> _nonces = [];
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();

    public MemoryLedger(GenesisFile genesis, SigningKey validator, TimeProvider clock)
    {
        (Genesis, _clock) = (genesis, clock);
        foreach (Protocol.State.Row row in GenesisState.Rows(genesis, 0)) _directoryRows.Add(row);
        _directory = new DirectoryView(_directoryRows);
        _shards = [.. Enumerable.Range(0, genesis.Shards + 1).Select(shard => new MemoryShard(genesis, shard, validator, _directory).WithGenesis())];
    }

    public GenesisFile Genesis { get; }

    public int PageRecords { get; set; } = 100;

    public long Entries => _shards.Sum(shard => shard.Entries);

    public int Submissions { get; private set; }

    /// <summary>Runs before a submission; a fault is answered instead of committing it.</summary>
    public Func<Fault?>? BeforeSubmit { get; set; }

    /// <summary>Runs after a submission was committed; a fault is answered instead of the truth.</summary>
    public Func<Fault?>? AfterSubmit { get; set; }

    /// <summary>Changes what is released.</summary>
    public Func<ReleasePage, ReleasePage>? Tamper { get; set; }

    /// <summary>Answers every release with the bytes of the last one, for measurements of the reader alone.</summary>
    public bool RepeatReleases { get; set; }

    private byte[] _lastRelease = [];

    public Task<Result<ReadOnlyMemory<byte>>> GenesisAsync(CancellationToken cancel = default) => Task.FromResult<Result<ReadOnlyMemory<byte>>>(Genesis.Bytes);

    public Task<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) =>
        Task.FromResult<Result<ReadOnlyMemory<byte>>>((ReadOnlyMemory<byte>)Protocol.Receipts.ConfigurationHistory.From(Genesis).Encode(after));

    public Task<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) =>
        Task.FromResult<Result<ReadOnlyMemory<byte>>>((ReadOnlyMemory<byte>)new ConfigurationProposals([]).Encode());

    public Task<Result<string>> CheckpointAsync(CancellationToken cancel = default) => Task.FromResult<Result<string>>(new Fault(FaultCode.NotFound, "There is no checkpoint."));

    public Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default) => Task.Run<Result<CommittedStatement>>(() =>
    {
        SubmissionEnvelope wire = SubmissionEnvelope.Decode(envelope.Encode()).Value;
        lock (_gate)
        {
            Submissions++;
            if (BeforeSubmit?.Invoke() is { } before) return before;
            if (!Submission.Decode(wire.Submission).TryGet(out Submission? submission, out Fault fault)) return fault;
            if ((submission.CheckShape() ?? submission.CheckPlace(Genesis.Network, Genesis.Shards)) is { } unfit) return unfit;
            foreach (ReadOnlyMemory<byte> item in wire.Objects)
            {
                if (!VaultObject.Check(item.Span).TryGet(out _, out fault)) return fault;
                _objects[VaultObject.NameOf(item.Span)] = item;
            }
            foreach (Event item in submission.Events)
                if (NamedBy(item).Any(name => !_objects.ContainsKey(name))) return new Fault(FaultCode.FormatValue, "An object that an event names is missing.");
            Result<CommittedStatement> committed = _shards[submission.Statement.Shard].Commit(submission, _clock.GetUtcNow().ToUnixTimeMilliseconds());
            return AfterSubmit?.Invoke() is { } after ? after : committed;
        }
    }, cancel);

    public Task<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default)
    {
        lock (_gate) return Task.FromResult(Result<CommittedStatement?>.Ok(_shards[shard].Find(statementId)?.Committed));
    }

    public Task<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default)
    {
        lock (_gate)
        {
            Taken taken = _shards[shard].Find(statementId)!;
            return Task.FromResult<Result<ReadOnlyMemory<byte>>>((ReadOnlyMemory<byte>)_shards[shard].Receipt(taken, index, KeyOf(taken.Submission.Statement.Issuer, taken.Submission.Statement.KeyId)!));
        }
    }

    public Task<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default) => Task.Run(() =>
    {
        lock (_gate) return Answer(signedQuery);
    }, cancel);

    private static IEnumerable<Hash32> NamedBy(Event item) => item.Type switch
    {
        EventType.RecordAdd or EventType.RecordAmend when RecordBody.Decode(item.Body.Span, item.Type == EventType.RecordAmend).TryGet(out RecordBody? body, out _) =>
            [body.Manifest, body.Content, body.WrappedKeys, body.Envelope],
        EventType.SegmentOpen => SegmentOpenBody.Decode(item.Body.Span).Value.Objects,
        EventType.SegmentRotate => SegmentRotateBody.Decode(item.Body.Span).Value.Objects,
        EventType.GrantCreate => GrantBody.Decode(item.Body.Span).Value.Objects,
        EventType.AccessRequest => [AccessBody.Decode(item.Body.Span).Value.Note],
        _ => [],
    };

    private Result<ReadOnlyMemory<byte>> Answer(ReadOnlyMemory<byte> bytes)
    {
        if (!SignedQuery.Decode(bytes).TryGet(out SignedQuery? query, out Fault fault)) return fault;
        if (KeyOf(query.Issuer, query.KeyId) is not { } key || !query.Verify(key)) return new Fault(FaultCode.SignatureInvalid, "The query is not signed by its issuer.");
        if (Math.Abs(query.IssuedAt - _clock.GetUtcNow().ToUnixTimeMilliseconds()) > ExchangeLimits.QueryWindowMilliseconds || !_nonces.Add(query.Nonce)) return new Fault(FaultCode.QueryStale, "The query is stale.");
        Result<byte[]> answer = query.Method switch
        {
            QueryMethod.PatientHead => Head(query, PatientHeadRequest.Decode(query.Parameters).Value),
            QueryMethod.RecordKeys => RecordKeys(query, RecordKeysRequest.Decode(query.Parameters).Value),
            QueryMethod.Release when RepeatReleases => _lastRelease,
            QueryMethod.Release => Release(query, ReleaseRequest.Decode(query.Parameters).Value),
            QueryMethod.AccessLog => Log(AccessLogRequest.Decode(query.Parameters).Value),
            QueryMethod.Resources => Resources(ResourcesRequest.Decode(query.Parameters).Value),
            QueryMethod.Grants => Grants(GrantsRequest.Decode(query.Parameters).Value),
            _ => Receipt(ReceiptRequest.Decode(query.Parameters).Value),
        };
        return answer.TryGet(out byte[]? encoded, out fault) ? (ReadOnlyMemory<byte>)encoded : fault;
    }

    private Result<byte[]> Head(SignedQuery query, PatientHeadRequest request)
    {
        LedgerDid did = LedgerDid.Parse(request.Did).Value;
        (MemoryShard shard, int number) = ShardOf(request.Did);
        if (shard.View.Identity(did.Id) is not { } identity) return new Fault(FaultCode.SubjectUnknown, "There is no such patient.");
        Hash32 asker = LedgerDid.Parse(query.Issuer).Value.Id;
        bool controls = asker == did.Id || identity.Steward == asker;
        return new PatientHead
        {
            Did = request.Did, Shard = number, Seq = shard.View.Seq(did.Id), Steward = identity.Steward is { } steward ? Did(steward) : null,
            Keys = [.. shard.View.Keys(did.Id).Select(key => PublicKey.FromSec1(key.Key.Sec1.Span).Value)],
            Segments = [.. shard.View.Segments(did.Id).Select(segment => new PatientSegment(segment.Segment, Did(segment.Owner), PublicKey.FromSec1(segment.Key.Sec1.Span).Value, segment.Count))],
            DepositCards = [.. shard.View.GrantsTo(did.Id, asker).SelectMany(grant => grant.Terms.Objects).Select(name => _objects[name]).Where(item => item.Span[1] == 8)],
            SealedKeys = [.. shard.View.Segments(did.Id).Where(segment => segment.Owner == asker || asker == did.Id || (controls && segment.Owner == did.Id)).SelectMany(segment => KeyObjects(shard, did, segment.Segment))],
            Height = shard.Head.Height, Time = shard.Head.Time,
        }.Encode();
    }

    private Result<byte[]> RecordKeys(SignedQuery query, RecordKeysRequest request)
    {
        Hash32 issuer = LedgerDid.Parse(query.Issuer).Value.Id;
        return new RecordKeysAnswer([.. request.Keys.Select(key =>
        {
            for (int shard = 1; shard < _shards.Length; shard++)
            {
                if (_shards[shard].View.RecordByKey(issuer, key) is not { } row) continue;
                RecordView record = _shards[shard].View.Record(row.Record)!;
                return new RecordKeyHit(row.Record, row.ContentKey, record.Entry.Resource, Did(record.Place.Subject), row.Leaf, shard);
            }
            return null;
        })]).Encode();
    }

    private Result<byte[]> Release(SignedQuery query, ReleaseRequest request)
    {
        MemoryShard shard = _shards[request.Shard];
        if (shard.Find(request.StatementId) is not { } taken) return new Fault(FaultCode.PermitMissing, "There is no such permit.");
        Event item = taken.Submission.Events[request.Index];
        LedgerDid did = LedgerDid.Parse(item.Subject).Value;
        Outcome outcome = taken.Outcomes[request.Index];
        ReleaseClaim claim = new(did.Id, taken.Committed.EntryLeaf(request.Index), AccessBody.Decode(item.Body.Span).Value, outcome, LedgerDid.Parse(query.Issuer).Value.Id);
        if (!ReleasePolicy.Decide(claim, shard.View, shard.Head.Time, _clock.GetUtcNow().ToUnixTimeMilliseconds()).TryGet(out ReleasedRecords? released, out Fault fault)) return fault;

        RecordEntryRow[] all = [.. released.Segments.SelectMany(segment => segment.Events).Where(entry => entry.Kind != RecordEntryKind.Retract), .. released.Records.Select(record => record.Entry)];
        RecordEntryRow[] wanted = request.Records is null ? all : [.. all.Where(entry => request.Records.Contains(entry.Record))];
        int from = request.Cursor.IsEmpty ? 0 : BinaryPrimitives.ReadInt32BigEndian(request.Cursor.Span);
        RecordEntryRow[] page = [.. wanted.Skip(from).Take(PageRecords)];
        byte[] cursor = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(cursor, from + page.Length);
        IEnumerable<Id16> segments = released.Segments.Select(segment => segment.Segment).Concat(released.Records.Select(record => record.Place.Segment)).Distinct();
        IEnumerable<ReadOnlyMemory<byte>> granted = outcome.Grant is { } grant ? shard.View.Grant(did.Id, grant)!.Terms.Objects.Select(name => _objects[name]).Where(o => o.Span[1] != 8) : [];
        ReleasePage answer = new()
        {
            SegmentLists = from > 0 || claim.Access.Records is not null ? null : [.. released.Segments.Select(segment => segment.ToList())],
            Records = [.. page.Select(entry => Record(shard, entry, request.WantContent))],
            SealedKeys = from > 0 ? [] : [.. segments.SelectMany(segment => KeyObjects(shard, did, segment)), .. granted],
            Envelopes = [.. page.Select(entry => entry.Envelope).Distinct().Select(name => _objects[name])],
            Cursor = from + page.Length < wanted.Length ? (ReadOnlyMemory<byte>?)cursor : null,
        };
        return _lastRelease = (Tamper?.Invoke(answer) ?? answer).Encode();
    }

    private ReleasedRecord Record(MemoryShard shard, RecordEntryRow entry, bool wantContent)
    {
        (Taken taken, int index) = shard.At(entry.Leaf);
        return new ReleasedRecord
        {
            RecordId = entry.Record, Event = taken.Submission.Events[index].Bytes, Author = Did(entry.Author), Leaf = entry.Leaf, Time = entry.Time, Manifest = _objects[entry.Manifest],
            WrappedKeys = _objects[entry.WrappedKeys], Content = wantContent ? (ReadOnlyMemory<byte>?)_objects[entry.Content] : null,
        };
    }

    private Result<byte[]> Log(AccessLogRequest request)
    {
        (MemoryShard shard, _) = ShardOf(request.Did);
        LogEntry[] entries = [.. shard.View.AccessLog(LedgerDid.Parse(request.Did).Value.Id, request.After, request.Limit).Select(line =>
        {
            (Taken taken, int index) = shard.At(line.Leaf);
            CborWriter outcome = new();
            taken.Outcomes[index].Write(outcome);
            return new LogEntry
            {
                Leaf = line.Leaf, Height = taken.Committed.Height, Time = line.Line.Time, Issuer = taken.Submission.Statement.Issuer, Event = taken.Submission.Events[index].Bytes,
                Outcome = outcome.ToArray(), Note = line.Line.Access is { } access ? (ReadOnlyMemory<byte>?)_objects[access.Note] : null,
            };
        })];
        return new LogPage(entries, entries.Length == request.Limit ? entries[^1].Leaf : null).Encode();
    }

    private Result<byte[]> Resources(ResourcesRequest request) => new ResourcesAnswer([.. request.Ids.Select(id =>
    {
        for (int shard = 1; shard < _shards.Length; shard++)
        {
            if (_shards[shard].View.SubjectOf(id) is not { } subject) continue;
            ResourceRow row = _shards[shard].View.Resource(subject, id)!.Value;
            IEnumerable<ResourceVersion> versions = _shards[shard].View.RecordVersions(subject, id).Reverse()
                .Select(version => new ResourceVersion(version.Entry.Record, version.Entry.Leaf, version.Entry.Kind == RecordEntryKind.Amend ? 301 : 300));
            if (row.Retracted) versions = versions.Append(new ResourceVersion(row.Newest, 0, 302));
            return new ResourceHit(shard, Did(subject), [.. versions]);
        }
        return null;
    })]).Encode();

    private Result<byte[]> Grants(GrantsRequest request)
    {
        (MemoryShard shard, _) = ShardOf(request.Did);
        return new GrantsAnswer([.. shard.View.Grants(LedgerDid.Parse(request.Did).Value.Id).OrderBy(grant => grant.Leaf).Select(grant =>
        {
            (Taken taken, int index) = shard.At(grant.Leaf);
            return new Protocol.Exchange.GrantView
            {
                Grant = grant.Grant, Event = taken.Submission.Events[index].Bytes, Leaf = grant.Leaf, Time = grant.Time,
                Used = grant.Terms.Uses is { } uses ? uses - (grant.UsesLeft ?? 0) : 0, RevokedAt = grant.End is { } end ? end.Time : null,
            };
        })]).Encode();
    }

    private Result<byte[]> Receipt(ReceiptRequest request)
    {
        (Taken taken, int index) = _shards[request.Shard].At(request.Leaf);
        return _shards[request.Shard].Receipt(taken, index, KeyOf(taken.Submission.Statement.Issuer, taken.Submission.Statement.KeyId)!);
    }

    private IEnumerable<ReadOnlyMemory<byte>> KeyObjects(MemoryShard shard, LedgerDid did, Id16 segment) =>
        shard.View.SegmentKeys(did.Id, segment).SelectMany(key => key.Key.Objects).Select(name => _objects[name]);

    private (MemoryShard Shard, int Number) ShardOf(string subject)
    {
        int number = Shards.Of(subject, Genesis.Shards);
        return (_shards[number], number);
    }

    private string Did(Hash32 id) => new LedgerDid(Genesis.Network, id).ToString();

    private PublicKey? KeyOf(string issuer, Hash32 keyId)
    {
        foreach (Organization organization in Genesis.Organizations)
            if (organization.Signing.FirstOrDefault(key => key.KeyId == keyId) is { } signing) return signing;
        Hash32 did = LedgerDid.Parse(issuer).Value.Id;
        return ShardOf(issuer).Shard.View.Key(did, keyId) is { } row ? PublicKey.FromSec1(row.Sec1.Span).Value : null;
    }
}
