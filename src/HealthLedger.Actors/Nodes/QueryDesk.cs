using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Patients;
using HealthLedger.Actors.Reading;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;

namespace HealthLedger.Actors.Nodes;

/// <summary>Answers signed queries (FORMATS.md section 8): checks who asks, then asks the actor or the rows that know.</summary>
internal sealed class QueryDesk(ILedgerReader ledger, IActors actors, QueryGuard guard)
{
    public async ValueTask<Result<ReadOnlyMemory<byte>>> AnswerAsync(ReadOnlyMemory<byte> signedQuery)
    {
        if (!SignedQuery.Decode(signedQuery).TryGet(out SignedQuery? query, out Fault fault)) return fault;
        if (guard.Check(query) is { } refusal) return refusal;
        string asker = query.Issuer;
        return query.Method switch
        {
            QueryMethod.PatientHead => await AskAsync(PatientHeadRequest.Decode(query.Parameters), request => request.Did,
                (patient, request) => patient.HeadAsync(asker, request), answer => answer.Encode()),
            QueryMethod.Release => await AskAsync(ReleaseRequest.Decode(query.Parameters), SubjectOf,
                (patient, request) => patient.ReleaseAsync(asker, request), answer => answer.Encode()),
            QueryMethod.AccessLog => await AskAsync(AccessLogRequest.Decode(query.Parameters), request => request.Did,
                (patient, request) => patient.LogAsync(asker, request), answer => answer.Encode()),
            QueryMethod.Grants => await AskAsync(GrantsRequest.Decode(query.Parameters), request => request.Did,
                (patient, request) => patient.GrantsAsync(asker, request), answer => answer.Encode()),
            QueryMethod.RecordKeys => RecordKeysRequest.Decode(query.Parameters).TryGet(out RecordKeysRequest? keys, out fault) ? Whole(RecordKeys(asker, keys).Encode()) : fault,
            QueryMethod.Resources => ResourcesRequest.Decode(query.Parameters).TryGet(out ResourcesRequest? ids, out fault) ? Whole(Resources(ids).Encode()) : fault,
            QueryMethod.Receipt => ReceiptRequest.Decode(query.Parameters).TryGet(out ReceiptRequest? receipt, out fault) ? Receipt(asker, receipt) : fault,
            _ => new Fault(FaultCode.Unsupported, "This node does not know what is asked."),
        };
    }

    private async ValueTask<Result<ReadOnlyMemory<byte>>> AskAsync<TRequest, TAnswer>(Result<TRequest> decoded, Func<TRequest, Result<string>> didOf,
        Func<IPatientActor, TRequest, ValueTask<Result<TAnswer>>> ask, Func<TAnswer, byte[]> encode)
    {
        if (!decoded.TryGet(out TRequest? request, out Fault fault)) return fault;
        if (!didOf(request).TryGet(out string? did, out fault)) return fault;
        if (!LedgerDid.Parse(did).TryGet(out LedgerDid parsed, out _) || parsed.Network != ledger.Genesis.Network) return Unknown;
        Result<TAnswer> answer = await ask(actors.Get<IPatientActor>(did), request);
        return answer.TryGet(out TAnswer? value, out fault) ? (ReadOnlyMemory<byte>)encode(value) : fault;
    }

    // A release names a statement; the patient it is about is in the entry.
    private Result<string> SubjectOf(ReleaseRequest request)
    {
        if (request.Shard < 1 || request.Shard > ledger.Genesis.Shards || ledger.View(request.Shard).StatementById(request.StatementId) is not { } place) return Unknown;
        if (request.Index < 0 || request.Index >= place.Events) return Unknown;
        return ledger.Entry(request.Shard, place.Leaf + 1 + request.Index).TryGet(out CommittedEntry? entry, out Fault fault) ? entry.Event.Subject : fault;
    }

    private RecordKeysAnswer RecordKeys(string asker, RecordKeysRequest request)
    {
        Hash32 issuer = LedgerDid.Parse(asker).Value.Id;
        return new RecordKeysAnswer([.. request.Keys.Select(key => Hit(issuer, key))]);
    }

    private RecordKeyHit? Hit(Hash32 issuer, Hash32 key)
    {
        for (int shard = 1; shard <= ledger.Genesis.Shards; shard++)
        {
            LedgerView view = ledger.View(shard);
            if (view.RecordByKey(issuer, key) is { } known && view.Record(known.Record) is { } record)
                return new RecordKeyHit(known.Record, known.ContentKey, record.Entry.Resource, TextOf(record.Place.Subject), known.Leaf, shard);
        }
        return null;
    }

    private ResourcesAnswer Resources(ResourcesRequest request) => new([.. request.Ids.Select(Resource)]);

    // Ids of two shards may collide only if somebody made one collide on purpose: the one that came first is meant.
    private ResourceHit? Resource(Id16 id)
    {
        (long Time, ResourceHit Hit)? first = null;
        for (int shard = 1; shard <= ledger.Genesis.Shards; shard++)
        {
            LedgerView view = ledger.View(shard);
            if (view.SubjectOf(id) is not { } subject || view.Resource(subject, id) is not { } resource) continue;
            List<RecordView> versions = [.. view.RecordVersions(subject, id).Take(ResourceHit.VersionsMax).Reverse()];
            if (versions.Count == 0 || versions[0].Entry.Time >= first?.Time) continue;
            List<ResourceVersion> list = [.. versions.Select(version => new ResourceVersion(version.Entry.Record, version.Entry.Leaf, 299 + (int)version.Entry.Kind))];
            if (resource.Retracted) list.Add(new ResourceVersion(resource.Newest, list[^1].Leaf, 302));
            first = (versions[0].Entry.Time, new ResourceHit(shard, TextOf(subject), list));
        }
        return first?.Hit;
    }

    // The issuer of the statement, and the patient it is about or its steward.
    private Result<ReadOnlyMemory<byte>> Receipt(string asker, ReceiptRequest request)
    {
        if (request.Shard < 0 || request.Shard > ledger.Genesis.Shards || !ledger.Entry(request.Shard, request.Leaf).TryGet(out CommittedEntry? entry, out _)) return Unknown;
        bool own = entry.Statement.Issuer == asker || entry.Event.Subject == asker;
        if (!own && LedgerDid.Parse(entry.Event.Subject).TryGet(out LedgerDid subject, out _))
            own = ledger.View(request.Shard).Identity(subject.Id)?.Steward == LedgerDid.Parse(asker).Value.Id;
        return own ? ledger.Receipt(request.Shard, request.Leaf) : Unknown;
    }

    private string TextOf(Hash32 id) => new LedgerDid(ledger.Genesis.Network, id).ToString();

    private static ReadOnlyMemory<byte> Whole(byte[] encoded) => encoded;

    private static Fault Unknown => new(FaultCode.NotFound, "There is nothing under this name, or it is not yours to ask.");
}
