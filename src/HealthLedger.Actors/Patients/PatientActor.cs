using HealthLedger.Actors.Consents;
using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Reading;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;
using GrantView = HealthLedger.Rules.Views.GrantView;

namespace HealthLedger.Actors.Patients;

/// <summary>
/// One patient at one member's node. It keeps nothing: every answer is read from the own replica, so that a second activation, or one that was
/// asleep while the ledger went on, answers alike.
/// </summary>
public sealed class PatientActor : Actor, IPatientActor
{
    private readonly ILedgerReader _ledger;
    private readonly ReleaseDesk _release;
    private readonly LedgerDid _did;
    private readonly int _shard;

    /// <summary>The actor of the DID in the context's key.</summary>
    public PatientActor(IActorContext context, ILedgerReader ledger) : base(context)
    {
        _ledger = ledger;
        _did = LedgerDid.Parse(context.Key).Value;
        _shard = Shards.Of(context.Key, ledger.Genesis.Shards);
        _release = new ReleaseDesk(ledger, _did, _shard, context.Clock, WakeConsents);
    }

    /// <summary>How an embedded host makes patients.</summary>
    public static ActorKind<IPatientActor> Kind(ILedgerReader ledger) =>
        new("patient", context => new PatientActor(context, ledger), reference => new PatientProxy(reference));

    /// <inheritdoc/>
    public ValueTask<Result<PatientHead>> HeadAsync(string asker, PatientHeadRequest request) => new(Head(asker));

    /// <inheritdoc/>
    public ValueTask<Result<ReleasePage>> ReleaseAsync(string asker, ReleaseRequest request) => new(_release.Page(asker, request));

    /// <inheritdoc/>
    public ValueTask<Result<LogPage>> LogAsync(string asker, AccessLogRequest request) => new(Log(asker, request));

    /// <inheritdoc/>
    public ValueTask<Result<GrantsAnswer>> GrantsAsync(string asker, GrantsRequest request) => new(Grants(asker));

    // Not waited for: the closing entry is nobody's answer.
    private void WakeConsents() => _ = Context.Actors.Get<IConsentActor>(Context.Key).WatchAsync().AsTask();

    private Result<PatientHead> Head(string asker)
    {
        LedgerTip tip = _ledger.Tip(_shard);
        LedgerView view = _ledger.View(_shard);
        if (view.Identity(_did.Id) is not { } identity) return NoSuchPatient;
        LedgerDid who = LedgerDid.Parse(asker).Value;
        List<PatientSegment> segments = [];
        List<ReadOnlyMemory<byte>> sealedKeys = [], cards = [];
        Fault? missing = null;
        foreach (SegmentView segment in view.Segments(_did.Id))
        {
            segments.Add(new PatientSegment(segment.Segment, TextOf(segment.Owner), PublicKey.FromSec1(segment.Key.Sec1.Span).Value, segment.Count));
            bool controls = who.Id == _did.Id || segment.Owner == who.Id || (segment.Owner == _did.Id && Controls(identity, who));
            if (controls) missing ??= SealedKeysOf(view, segment.Segment, sealedKeys);
        }
        foreach (GrantView grant in view.GrantsTo(_did.Id, who.Id))
        {
            if (grant.Terms.Rights.HasFlag(Rights.Deposit) && grant.RunsAt(tip.Time)) missing ??= Collect(grant.Terms.Objects, cards, ObjectKind.DepositCard);
        }
        if (missing is { } unavailable) return unavailable;
        return new PatientHead
        {
            Did = Context.Key,
            Shard = _shard,
            Seq = view.Seq(_did.Id),
            Steward = identity.Steward is { } steward ? TextOf(steward) : null,
            Keys = [.. view.Keys(_did.Id).Where(key => key.Key.IsValidAt(tip.Time)).Select(key => PublicKey.FromSec1(key.Key.Sec1.Span).Value)],
            Segments = segments,
            DepositCards = cards,
            SealedKeys = sealedKeys,
            Height = tip.Height,
            Time = tip.Time,
        };
    }

    private Result<LogPage> Log(string asker, AccessLogRequest request)
    {
        LedgerView view = _ledger.View(_shard);
        if (view.Identity(_did.Id) is not { } identity) return NoSuchPatient;
        if (!Controls(identity, LedgerDid.Parse(asker).Value)) return NotYours;
        List<LogEntry> entries = [];
        bool more = false;
        foreach ((long leaf, LogRow line) in view.AccessLog(_did.Id, request.After, request.Limit + 1))
        {
            if (entries.Count == request.Limit)
            {
                more = true;
                break;
            }
            if (!_ledger.Entry(_shard, leaf).TryGet(out CommittedEntry? entry, out Fault fault)) return fault;
            byte[] outcome = Encoded(entry.Outcome);
            entries.Add(new LogEntry
            {
                Leaf = leaf,
                Height = entry.Height,
                Time = entry.Time,
                Issuer = entry.Statement.Issuer,
                Event = entry.Event.Bytes,
                Outcome = outcome,
                Note = line.Access is { } access && _ledger.Object(access.Note).TryGet(out ReadOnlyMemory<byte> note, out _) ? note : null,
            });
        }
        return new LogPage(entries, more ? entries[^1].Leaf : null);
    }

    private Result<GrantsAnswer> Grants(string asker)
    {
        LedgerView view = _ledger.View(_shard);
        if (view.Identity(_did.Id) is not { } identity) return NoSuchPatient;
        LedgerDid who = LedgerDid.Parse(asker).Value;
        bool all = Controls(identity, who);
        List<GrantView> found = [.. view.Grants(_did.Id).Where(grant => all || grant.Terms.Grantee.Id == who.Id).OrderBy(grant => grant.Leaf).TakeLast(ExchangeLimits.GrantsMax)];
        List<Protocol.Exchange.GrantView> answer = [];
        foreach (GrantView grant in found)
        {
            if (!_ledger.Entry(_shard, grant.Leaf).TryGet(out CommittedEntry? entry, out Fault fault)) return fault;
            answer.Add(new Protocol.Exchange.GrantView
            {
                Grant = grant.Grant,
                Event = entry.Event.Bytes,
                Leaf = grant.Leaf,
                Time = grant.Time,
                Used = UsesOf(grant),
                RevokedAt = grant.End is { Ending: GrantEnding.Revoked } revoked ? revoked.Time : null,
                ClosedAt = grant.End is { Ending: not GrantEnding.Revoked } closed ? closed.Time : null,
            });
        }
        return new GrantsAnswer(answer);
    }

    private static long UsesOf(GrantView grant) =>
        grant.Terms.Uses is not { } uses ? 0 : grant.End is { Ending: GrantEnding.UsedUp } ? uses : uses - (grant.UsesLeft ?? uses);

    private bool Controls(IdentityRow identity, LedgerDid who) => who.Id == _did.Id || identity.Steward == who.Id;

    private Fault? SealedKeysOf(LedgerView view, Id16 segment, List<ReadOnlyMemory<byte>> found)
    {
        foreach ((_, SegmentKeyRow key) in view.SegmentKeys(_did.Id, segment))
            if (Collect(key.Objects, found, ObjectKind.SealedKey, ObjectKind.Predecessor) is { } missing) return missing;
        return null;
    }

    // The fault where one cannot be had now: an answer without it would look like an answer to somebody who has no key.
    private Fault? Collect(IReadOnlyList<Hash32> names, List<ReadOnlyMemory<byte>> found, params ReadOnlySpan<ObjectKind> kinds)
    {
        foreach (Hash32 name in names)
        {
            if (!_ledger.Object(name).TryGet(out ReadOnlyMemory<byte> bytes, out Fault missing)) return missing;
            if (VaultObject.Check(bytes.Span).TryGet(out ObjectKind kind, out _) && kinds.Contains(kind)) found.Add(bytes);
        }
        return null;
    }

    private string TextOf(Hash32 id) => new LedgerDid(_did.Network, id).ToString();

    private static byte[] Encoded(Outcome outcome)
    {
        Protocol.Cbor.CborWriter writer = new();
        outcome.Write(writer);
        return writer.ToArray();
    }

    private static Fault NoSuchPatient => new(FaultCode.NotFound, "The ledger has no such patient.");

    private static Fault NotYours => new(FaultCode.NotFound, "Only the patient and its steward may ask this.");
}
