using HealthLedger.Client.Read;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Gateway.Fhir.Records;

/// <summary>Finds where a resource lies: its subject and versions, without opening anything.</summary>
internal static class ResourceFinder
{
    /// <summary>The event type of a retraction.</summary>
    public const int Retraction = 302;

    /// <summary>The place of a resource by its FHIR type and id; an answer where there is none.</summary>
    public static async Task<(ResourcePlace? Place, FhirAnswer? Refusal)> FindAsync(FhirCaller caller, string type, string id, CancellationToken cancel)
    {
        if (type == "Patient")
        {
            return FhirIds.TryPatient(caller.Seat.Client.Network.Name, id, out LedgerDid patient) ? await FindPatientAsync(caller, patient, cancel) : (null, FhirAnswer.NotFound());
        }
        if (!FhirIds.TryResource(id, out Id16 resource)) return (null, FhirAnswer.NotFound());
        Result<IReadOnlyList<ResourceHit?>> answer = await caller.Seat.Client.Queries.ResourcesAsync(caller.Seat.Wallet.Party, [resource], cancel);
        if (!answer.TryGet(out IReadOnlyList<ResourceHit?>? hits, out Fault fault)) return (null, FhirAnswer.Of(fault));
        return Place(resource, hits[0], null) is { } place ? (place, null) : (null, FhirAnswer.NotFound());
    }

    /// <summary>The places of several resources, in the order given; null where there is none.</summary>
    public static async Task<Result<IReadOnlyList<ResourcePlace?>>> FindAsync(FhirCaller caller, IReadOnlyList<Id16> resources, CancellationToken cancel)
    {
        if (resources.Count == 0) return Result<IReadOnlyList<ResourcePlace?>>.Ok([]);
        Result<IReadOnlyList<ResourceHit?>> answer = await caller.Seat.Client.Queries.ResourcesAsync(caller.Seat.Wallet.Party, resources, cancel);
        if (!answer.TryGet(out IReadOnlyList<ResourceHit?>? hits, out Fault fault)) return fault;
        return Result<IReadOnlyList<ResourcePlace?>>.Ok([.. resources.Select((resource, i) => Place(resource, hits[i], null))]);
    }

    /// <summary>
    /// A patient's Patient resource: the caller's own if it wrote one, by its computed id; else whatever stands in the segment for it, which takes an
    /// access to find.
    /// </summary>
    private static async Task<(ResourcePlace? Place, FhirAnswer? Refusal)> FindPatientAsync(FhirCaller caller, LedgerDid patient, CancellationToken cancel)
    {
        Id16 own = SourceName.OfPatient(patient).ResourceId(caller.Seat.Wallet);
        Result<IReadOnlyList<ResourceHit?>> answer = await caller.Seat.Client.Queries.ResourcesAsync(caller.Seat.Wallet.Party, [own], cancel);
        if (!answer.TryGet(out IReadOnlyList<ResourceHit?>? hits, out Fault fault)) return (null, FhirAnswer.Of(fault));
        if (Place(own, hits[0], null) is { } place) return (place, null);

        Access access = await AccessDesk.AskAsync(caller, patient, await SegmentsAsync(caller, patient, cancel), null, cancel);
        if (access.Refusal is not null) return (null, access.Refusal);
        (IReadOnlyList<OpenedRecord> records, FhirAnswer? refusal) = await AccessDesk.OpenAsync(caller, access, content: false, null, cancel);
        if (refusal is not null) return (null, refusal);
        OpenedRecord? newest = records.Where(record => StoredRecord.Of(record, 0) is { IsOk: true, Value.Index.Type: "Patient" }).MaxBy(record => record.Leaf);
        if (newest is null) return (null, FhirAnswer.NotFound(access.Receipt));
        answer = await caller.Seat.Client.Queries.ResourcesAsync(caller.Seat.Wallet.Party, [newest.Resource], cancel);
        if (!answer.TryGet(out hits, out fault)) return (null, FhirAnswer.Of(fault));
        return Place(newest.Resource, hits[0], access) is { } found ? (found, null) : (null, FhirAnswer.NotFound(access.Receipt));
    }

    private static async Task<IReadOnlyList<Id16>?> SegmentsAsync(FhirCaller caller, LedgerDid patient, CancellationToken cancel)
    {
        Result<Client.Patients.PatientView> view = await caller.Seat.Directory.GetAsync(patient, cancel);
        Id16[] segments = view.IsOk ? [.. view.Value.Segments.Where(segment => segment.Label == RecordShape.PatientLabel).Select(segment => segment.Segment)] : [];
        return segments.Length > 0 ? segments : null;
    }

    private static ResourcePlace? Place(Id16 resource, ResourceHit? hit, Access? access) =>
        hit is { Versions.Count: > 0 } && LedgerDid.Parse(hit.Subject).TryGet(out LedgerDid subject, out _) ? new ResourcePlace(resource, subject, hit.Versions, access) : null;
}

/// <summary>Where a resource lies.</summary>
/// <param name="Resource">Its id.</param>
/// <param name="Subject">The patient, or the organization for a shared one.</param>
/// <param name="Versions">Its versions in ledger order; the last may be a retraction.</param>
/// <param name="Access">The access that it took to find it; null where none was needed.</param>
internal sealed record ResourcePlace(Id16 Resource, LedgerDid Subject, IReadOnlyList<ResourceVersion> Versions, Access? Access)
{
    /// <summary>True where the author marked it as entered in error.</summary>
    public bool IsRetracted => Versions[^1].Kind == ResourceFinder.Retraction;

    /// <summary>The newest record.</summary>
    public Hash32 Newest => Versions[^1].RecordId;

    /// <summary>The number of the newest version, a retraction counted.</summary>
    public int Version => Versions.Count;

    /// <summary>The number of a record's version; 0 where it is none.</summary>
    public int VersionOf(Hash32 record)
    {
        for (int i = 0; i < Versions.Count; i++)
            if (Versions[i].RecordId == record && Versions[i].Kind != ResourceFinder.Retraction) return i + 1;
        return 0;
    }
}
