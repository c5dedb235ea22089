using HealthLedger.Client.Read;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Gateway.Fhir.Records;

/// <summary>All that a caller may see of one subject, as it stood at one leaf: the newest visible version of each resource, in ledger order.</summary>
/// <param name="Access">The access that opened it.</param>
/// <param name="Records">Retracted ones keep their place, so that a walk through pages neither skips nor repeats.</param>
/// <param name="Leaf">The leaf at which the walk looks.</param>
internal sealed record PatientRecords(Access Access, IReadOnlyList<StoredRecord> Records, long Leaf)
{
    /// <summary>A release names at most this many records.</summary>
    private const int RecordsAtOnce = 256;

    /// <summary>Asks for access to everything and reads the manifests.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="subject">The patient, or the caller's own subject.</param>
    /// <param name="leaf">The leaf of the walk's first page; null for now.</param>
    /// <param name="content">Whether contents come with the manifests: for those who want them all.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<(PatientRecords? Loaded, FhirAnswer? Refusal)> LoadAsync(FhirCaller caller, LedgerDid subject, long? leaf, bool content, CancellationToken cancel)
    {
        Access access = await AccessDesk.AskAsync(caller, subject, null, null, cancel);
        if (access.Refusal?.Fault.Code == FaultCode.RecordsNotNamed && await GrantedAsync(caller, subject, cancel) is { } named)
            access = await AccessDesk.AskAsync(caller, subject, null, named, cancel);
        if (access.Refusal is not null) return (null, access.Refusal);
        (IReadOnlyList<OpenedRecord> opened, FhirAnswer? refusal) = await AccessDesk.OpenAsync(caller, access, content, null, cancel);
        if (refusal is not null) return (null, refusal);
        long at = leaf ?? access.Permit!.Leaf;
        Dictionary<Id16, StoredRecord> newest = [];
        foreach (OpenedRecord record in opened.Where(record => record.Leaf <= at).OrderBy(record => record.Leaf))
        {
            if (!StoredRecord.Of(record, 0).TryGet(out StoredRecord? stored, out Fault fault)) return (null, FhirAnswer.Of(fault, access.Receipt));
            newest[record.Resource] = stored;
        }
        // One person may have a Patient resource of each organization; all have the patient's id, the newest is shown.
        IEnumerable<StoredRecord> each = newest.Values.GroupBy(record => record.Index.Reference, StringComparer.Ordinal).Select(group => group.MaxBy(record => record.Opened.Leaf)!);
        return (new PatientRecords(access, [.. each.OrderBy(record => record.Opened.Leaf)], at), null);
    }

    /// <summary>
    /// The contents of some of the records, with their version numbers. Left out are those that were retracted, and those of which a newer version
    /// stands where the caller may not see it: an outdated one must not pass for the current.
    /// </summary>
    public async Task<(IReadOnlyList<StoredRecord> Records, FhirAnswer? Refusal)> OpenAsync(FhirCaller caller, IReadOnlyList<StoredRecord> some, CancellationToken cancel)
    {
        Result<IReadOnlyList<ResourcePlace?>> asked = await ResourceFinder.FindAsync(caller, [.. some.Select(record => record.Opened.Resource)], cancel);
        if (!asked.TryGet(out IReadOnlyList<ResourcePlace?>? places, out Fault fault)) return ([], FhirAnswer.Of(fault, Access.Receipt));
        List<StoredRecord> current = [];
        for (int i = 0; i < some.Count; i++)
        {
            if (some[i].Opened.Retracted || places[i] is not { IsRetracted: false } place) continue;
            ResourceVersion newest = place.Versions.LastOrDefault(version => version.Leaf <= Leaf);
            if (newest.RecordId == some[i].Opened.RecordId) current.Add(some[i] with { Version = place.VersionOf(newest.RecordId) });
        }
        Hash32[] closed = [.. current.Where(record => record.Opened.Content is null).Select(record => record.Opened.RecordId)];
        Dictionary<Hash32, OpenedRecord> contents = [];
        foreach (Hash32[] chunk in closed.Chunk(RecordsAtOnce))
        {
            (IReadOnlyList<OpenedRecord> opened, FhirAnswer? refusal) = await AccessDesk.OpenAsync(caller, Access, content: true, chunk, cancel);
            if (refusal is not null) return ([], refusal);
            foreach (OpenedRecord record in opened) contents[record.RecordId] = record;
        }
        return ([.. current.Select(record => record.Opened.Content is null ? record with { Opened = contents[record.Opened.RecordId] } : record)], null);
    }

    /// <summary>The records that narrower grants to the caller name; null where there are none.</summary>
    private static async Task<IReadOnlyList<Hash32>?> GrantedAsync(FhirCaller caller, LedgerDid subject, CancellationToken cancel)
    {
        Result<GrantsAnswer> answer = await caller.Seat.Client.Queries.GrantsAsync(caller.Seat.Wallet.Party, subject, cancel);
        if (!answer.TryGet(out GrantsAnswer? grants, out _)) return null;
        foreach (GrantView view in grants.Grants.Where(view => view.RevokedAt is null && view.ClosedAt is null).Reverse())
        {
            if (Event.Decode(view.Event).TryGet(out Event item, out _) && GrantBody.Decode(item.Body.Span).TryGet(out GrantBody? body, out _)
                && body.Grantee == caller.Seat.Wallet.Did && body.Rights.HasFlag(Rights.Read) && body.Records is { Count: > 0 } records) return records;
        }
        return null;
    }
}
