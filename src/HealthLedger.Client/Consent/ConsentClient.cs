using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Protocol.Objects;
using HealthLedger.Client.Submit;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Consent;

/// <summary>
/// A patient's consents, by the own wallet or by the steward: grant, revoke, list. A revocation rotates the keys of the segments that were
/// granted and gives the new ones to those who stay, all in one atomic statement. Safe for several threads.
/// </summary>
/// <param name="client">The node.</param>
/// <param name="authority">Who acts in the patient's name.</param>
/// <param name="directory">The holder's view.</param>
/// <param name="reader">The holder's reader; needed for grants of single records.</param>
public sealed class ConsentClient(LedgerClient client, PatientAuthority authority, PatientDirectory directory, RecordReader reader)
{
    /// <summary>Grants and returns the grant's id.</summary>
    public async Task<Result<Id16>> GrantAsync(GrantTerms terms, CancellationToken cancel = default)
    {
        Result<PatientView> known = await directory.RefreshAsync(authority.Patient, cancel).ConfigureAwait(false);
        if (!known.TryGet(out PatientView? view, out Fault fault)) return fault;
        Result<Organization> organization = await client.OrganizationAsync(terms.Grantee, cancel).ConfigureAwait(false);
        if (!organization.TryGet(out Organization? grantee, out fault)) return fault;
        List<KnownSegment> segments = [];
        foreach (string label in terms.Labels.Distinct())
        {
            if (!view.ByLabel.TryGetValue(label, out KnownSegment? segment)) return new Fault(FaultCode.LabelUnknown, $"The patient has no segment \"{label}\".");
            segments.Add(segment);
        }
        List<Hash32> names = [];
        List<ReadOnlyMemory<byte>> objects = [];
        if (terms.IsNarrow)
        {
            Result<IReadOnlyList<RecordKeyPair>> keys = await RecordKeysAsync(terms, segments, cancel).ConfigureAwait(false);
            if (!keys.TryGet(out IReadOnlyList<RecordKeyPair>? pairs, out fault)) return fault;
            GrantObjects.ForRecords(client, pairs, grantee.Sealing, names, objects);
        }
        else if (GrantObjects.ForSegments(client, segments, segment => directory.Keyring.Find(segment.Key.KeyId), terms.Rights, grantee.Sealing, names, objects) is { } missing)
        {
            return missing;
        }
        Hash32? words = null;
        if (terms.Words is not null)
        {
            byte[] note = new Note(terms.Words).Seal(client.Random, authority.Holder.Sealing.Public, grantee.Sealing);
            objects.Add(note);
            words = VaultObject.NameOf(note);
        }
        GrantBody body = new()
        {
            Grant = Id16.Random(client.Random), Grantee = terms.Grantee, Segments = [.. segments.Select(segment => segment.Segment).Order()], Purposes = [.. terms.Purposes.Distinct().Order()],
            From = terms.From, Until = terms.Until, Rights = terms.Rights, Objects = names, Uses = terms.Uses, Person = terms.Person,
            Records = terms.Records is null ? null : [.. terms.Records.Distinct().Order()], Ledger = terms.Ledger, Words = words, Stewarded = authority.IsSteward,
        };
        if (!SegmentOpening.Event(client.Random, EventType.GrantCreate, authority.Patient, body.Encode).TryGet(out Event created, out fault)) return fault;
        Result<WrittenStatement> written = (await client.Writer.WriteAsync(Draft([created], objects), cancel).ConfigureAwait(false)).AllGood();
        return written.IsOk ? body.Grant : written.Fault;
    }

    /// <summary>
    /// Revokes a grant. Where it gave segment keys, those segments' keys are rotated, and each other running grant that reads them is replaced by one of
    /// the same terms with the new keys; one atomic statement.
    /// </summary>
    public async Task<Result<WrittenStatement>> RevokeAsync(Id16 grant, CancellationToken cancel = default)
    {
        Result<IReadOnlyList<GrantState>> listed = await ListAsync(cancel).ConfigureAwait(false);
        if (!listed.TryGet(out IReadOnlyList<GrantState>? grants, out Fault fault)) return fault;
        if (grants.FirstOrDefault(state => state.Grant == grant) is not { } revoked) return new Fault(FaultCode.GrantUnknown, "The patient has no grant of this id.");
        Result<PatientView> known = await directory.RefreshAsync(authority.Patient, cancel).ConfigureAwait(false);
        if (!known.TryGet(out PatientView? view, out fault)) return fault;

        List<Event> events = [];
        List<ReadOnlyMemory<byte>> objects = [];
        if (AddEvent(events, EventType.GrantRevoke, new RevokeBody { Grant = grant }.Encode) is { } unfit) return unfit;
        bool gaveKeys = revoked.Body.Rights.HasFlag(Rights.Read) && !revoked.Body.IsNarrow;
        Dictionary<Id16, SealingKey> rotated = [];
        if (gaveKeys && Rotate(view, revoked.Body.Segments, rotated, events, objects) is { } unrotated) return unrotated;
        foreach (GrantState stays in grants.Where(state => state.Grant != grant && state.IsLive(client.Now) && Reads(state.Body, rotated)))
            if (Replace(view, stays, rotated, events, objects) is { } unreplaced) return unreplaced;

        return await WriteAsync(events, objects, rotated.Values, cancel).ConfigureAwait(false);
    }

    /// <summary>Rotates the keys of segments and gives the new ones to every running grant that reads them; one atomic statement.</summary>
    /// <param name="labels">The segments' labels.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<WrittenStatement>> RotateAsync(IReadOnlyCollection<string> labels, CancellationToken cancel = default)
    {
        Result<IReadOnlyList<GrantState>> listed = await ListAsync(cancel).ConfigureAwait(false);
        if (!listed.TryGet(out IReadOnlyList<GrantState>? grants, out Fault fault)) return fault;
        Result<PatientView> known = await directory.RefreshAsync(authority.Patient, cancel).ConfigureAwait(false);
        if (!known.TryGet(out PatientView? view, out fault)) return fault;
        List<Event> events = [];
        List<ReadOnlyMemory<byte>> objects = [];
        Dictionary<Id16, SealingKey> rotated = [];
        Id16[] segments = [.. view.Segments.Where(segment => segment.Owner == authority.Patient && labels.Contains(segment.Label)).Select(segment => segment.Segment)];
        if (segments.Length == 0) return new Fault(FaultCode.LabelUnknown, "The patient has none of these segments.");
        if (Rotate(view, segments, rotated, events, objects) is { } unrotated) return unrotated;
        foreach (GrantState stays in grants.Where(state => state.IsLive(client.Now) && Reads(state.Body, rotated)))
            if (Replace(view, stays, rotated, events, objects) is { } unreplaced) return unreplaced;
        return await WriteAsync(events, objects, rotated.Values, cancel).ConfigureAwait(false);
    }

    /// <summary>All grants of the patient, oldest first.</summary>
    public async Task<Result<IReadOnlyList<GrantState>>> ListAsync(CancellationToken cancel = default)
    {
        Result<GrantsAnswer> answer = await client.Queries.GrantsAsync(authority.Holder, authority.Patient, cancel).ConfigureAwait(false);
        if (!answer.TryGet(out GrantsAnswer? list, out Fault fault)) return fault;
        // Keys are sealed to the grantees' own as they are now; where the node cannot be asked, to those known.
        await client.Network.RefreshAsync(client.Connection, cancel).ConfigureAwait(false);
        List<GrantState> states = [];
        foreach (GrantView view in list.Grants)
        {
            if (!Event.Decode(view.Event).TryGet(out Event item, out fault) || !GrantBody.Decode(item.Body.Span).TryGet(out GrantBody? body, out fault)) return fault;
            if (body.Grant != view.Grant) return new Fault(FaultCode.ConnectionFailed, "The node answered with another grant's event.");
            states.Add(new GrantState(view.Grant, body, view.Leaf, view.Used, view.RevokedAt ?? view.ClosedAt));
        }
        return states;
    }

    private static bool Reads(GrantBody body, Dictionary<Id16, SealingKey> rotated) => body.Rights.HasFlag(Rights.Read) && !body.IsNarrow && body.Segments.Any(rotated.ContainsKey);

    private Fault? Rotate(PatientView view, IReadOnlyList<Id16> segments, Dictionary<Id16, SealingKey> rotated, List<Event> events, List<ReadOnlyMemory<byte>> objects)
    {
        foreach (Id16 id in segments)
        {
            // A segment of a provider's own is that provider's to rotate.
            if (view.Segments.FirstOrDefault(segment => segment.Segment == id && segment.Owner == authority.Patient) is not { } segment) continue;
            if (directory.Keyring.Find(segment.Key.KeyId) is not { } old) return new Fault(FaultCode.KeyMissing, $"The newest key of segment \"{segment.Label}\" is not at hand.");
            Result<(Event, SealingKey)> made = SegmentOpening.Rotate(client.Random, authority.Patient, id, segment.Label, old, [authority.Holder.Sealing.Public], objects);
            if (!made.TryGet(out (Event Event, SealingKey Key) rotation, out Fault fault)) return fault;
            events.Add(rotation.Event);
            rotated.Add(id, rotation.Key);
        }
        return null;
    }

    private Fault? Replace(PatientView view, GrantState stays, Dictionary<Id16, SealingKey> rotated, List<Event> events, List<ReadOnlyMemory<byte>> objects)
    {
        // One that was withdrawn meanwhile can use no grant, and is given none anew: it does not stand in the way of a revocation.
        if (!client.Network.Organization(stays.Body.Grantee).TryGet(out Organization? grantee, out Fault fault)) return null;
        KnownSegment[] segments = [.. view.Segments.Where(segment => stays.Body.Segments.Contains(segment.Segment))];
        List<Hash32> names = [];
        SealingKey? KeyOf(KnownSegment segment) => rotated.GetValueOrDefault(segment.Segment) ?? directory.Keyring.Find(segment.Key.KeyId);
        if (GrantObjects.ForSegments(client, segments, KeyOf, stays.Body.Rights, grantee.Sealing, names, objects) is { } missing) return missing;
        GrantBody again = stays.Body with
        {
            Grant = Id16.Random(client.Random), Objects = names, Uses = stays.Body.Uses is { } uses ? (uint)(uses - stays.Used) : null, Stewarded = authority.IsSteward,
        };
        return AddEvent(events, EventType.GrantRevoke, new RevokeBody { Grant = stays.Grant }.Encode) ?? AddEvent(events, EventType.GrantCreate, again.Encode);
    }

    /// <summary>The keys of the records that a narrower grant names; read in the ledger like everything else.</summary>
    private async Task<Result<IReadOnlyList<RecordKeyPair>>> RecordKeysAsync(GrantTerms terms, List<KnownSegment> segments, CancellationToken cancel)
    {
        AccessRequest request = new()
        {
            Patient = authority.Patient, Purpose = Purpose.PatientRequest, Role = authority.IsSteward ? Role.System : Role.Patient, Person = authority.Holder.Did.ToString(),
            Records = terms.Records, Segments = terms.Records is null ? [.. segments.Select(segment => segment.Segment)] : null,
        };
        Result<OpenedRecords> read = await reader.ReadAsync(request, new OpenOptions { WantContent = false }, cancel).ConfigureAwait(false);
        if (!read.TryGet(out OpenedRecords? opened, out Fault fault)) return fault;
        IEnumerable<OpenedRecord> chosen = opened.Records.Where(record => terms.Ledger is not { } range || (record.Time >= range.From && record.Time < range.Until));
        return (RecordKeyPair[])[.. chosen.Select(record => new RecordKeyPair(record.RecordId, record.Keys[..RecordCipher.KeyLength], record.Keys[RecordCipher.KeyLength..]))];
    }

    private async Task<Result<WrittenStatement>> WriteAsync(
        IReadOnlyList<Event> events, IReadOnlyList<ReadOnlyMemory<byte>> objects, IEnumerable<SealingKey> rotated, CancellationToken cancel)
    {
        Result<WrittenStatement> written = (await client.Writer.WriteAsync(Draft(events, objects), cancel).ConfigureAwait(false)).AllGood();
        directory.Forget(authority.Patient);
        if (written.IsOk)
            foreach (SealingKey key in rotated) directory.Keyring.Add(key);
        return written;
    }

    private Fault? AddEvent(List<Event> events, uint type, Action<Protocol.Cbor.CborWriter> body)
    {
        if (!SegmentOpening.Event(client.Random, type, authority.Patient, body).TryGet(out Event item, out Fault fault)) return fault;
        events.Add(item);
        return null;
    }

    private StatementDraft Draft(IReadOnlyList<Event> events, IReadOnlyList<ReadOnlyMemory<byte>> objects) => new()
    {
        Issuer = authority.Patient, Signer = authority.Holder.Signer, Shard = client.Network.ShardOf(authority.Patient), Events = events, Objects = objects, Atomic = true, CounterAsker = authority.Holder,
    };
}
