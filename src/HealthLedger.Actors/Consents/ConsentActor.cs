using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Nodes;
using HealthLedger.Actors.Reading;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;
using GrantView = HealthLedger.Rules.Views.GrantView;

namespace HealthLedger.Actors.Consents;

/// <summary>
/// Writes the closing entries of one patient's grants. Nothing depends on them: an access is denied by block time alone. Every member's node
/// has this actor; they take turns by a rank that the grant's id gives, so that usually one of them writes and the others find it done. What is due
/// is read from the ledger each time, so a restart or a second activation changes nothing.
/// </summary>
public sealed class ConsentActor : Actor, IConsentActor
{
    /// <summary>How long the member of the next rank waits before it writes what the one before it did not.</summary>
    public static readonly TimeSpan RankDelay = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TimerMax = TimeSpan.FromHours(12);

    private readonly ILedgerReader _ledger;
    private readonly MemberPen _pen;
    private readonly LedgerDid _did;
    private readonly int _shard;
    private IDisposable? _timer;

    /// <summary>The actor of the DID in the context's key, writing in the member's name.</summary>
    public ConsentActor(IActorContext context, ILedgerReader ledger, MemberPen pen) : base(context)
    {
        (_ledger, _pen) = (ledger, pen);
        _did = LedgerDid.Parse(context.Key).Value;
        _shard = Shards.Of(context.Key, ledger.Genesis.Shards);
    }

    /// <summary>How an embedded host makes the consents of patients.</summary>
    public static ActorKind<IConsentActor> Kind(ILedgerReader ledger, MemberPen pen) =>
        new("consent", context => new ConsentActor(context, ledger, pen), reference => new ConsentProxy(reference));

    /// <inheritdoc/>
    public ValueTask<Result<bool>> WatchAsync() => new(SetTimer(TimeSpan.Zero));

    /// <inheritdoc/>
    public override ValueTask DeactivateAsync()
    {
        _timer?.Dispose();
        return ValueTask.CompletedTask;
    }

    private bool SetTimer(TimeSpan atLeast)
    {
        _timer?.Dispose();
        _timer = null;
        long? next = Open().Select(grant => (long?)grant.Due).Min();
        if (next is not { } due) return false;
        TimeSpan wait = TimeSpan.FromMilliseconds(Math.Max(0, due - Now));
        wait = wait < atLeast ? atLeast : wait > TimerMax ? TimerMax : wait;
        _timer = Context.SetTimer(wait, CloseAsync);
        return true;
    }

    private async ValueTask CloseAsync()
    {
        long now = Now;
        Id16[] due = [.. Open().Where(grant => grant.Due <= now).Select(grant => grant.Id).Take(Statement.EventsMax)];
        if (due.Length > 0)
        {
            // Refused or not taken: the grant stays open here, and the timer brings it up again.
            await _pen.WriteAsync(_shard, [.. due.Select(id => (EventType.GrantClose, Context.Key, BodyOf(id)))]);
        }
        SetTimer(RetryDelay);
    }

    // Grants without an end, each with the moment at which this member writes it.
    private IEnumerable<(Id16 Id, long Due)> Open()
    {
        if (_pen.Seat is not { } seat) yield break;
        foreach (GrantView grant in _ledger.View(_shard).Grants(_did.Id))
        {
            if (grant.End is not null) continue;
            long end = grant.UsesLeft == 0 ? grant.Time : grant.Terms.Until;
            int rank = (seat.Index - grant.Grant.Bytes[0] % seat.Members + seat.Members) % seat.Members;
            yield return (grant.Grant, end + rank * (long)RankDelay.TotalMilliseconds);
        }
    }

    private long Now => Context.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static byte[] BodyOf(Id16 grant)
    {
        CborWriter writer = new();
        new CloseBody { Grant = grant }.Encode(writer);
        return writer.ToArray();
    }
}
