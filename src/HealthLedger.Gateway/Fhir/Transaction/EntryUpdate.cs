using System.Globalization;
using HealthLedger.Client.Ids;
using HealthLedger.Client.Records;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Gateway.Fhir.Transaction;

/// <summary>Prepares the next version of a resource that is there.</summary>
internal static class EntryUpdate
{
    private const string System = "urn:healthledger:resource";

    /// <summary>The record of the new version, or the result where there is none to write.</summary>
    public static async Task<(PlainRecord? Record, EntryResult? Settled)> PrepareAsync(FhirCaller caller, PlannedEntry entry, LedgerDid subject, string? patientId, CancellationToken cancel)
    {
        (ResourcePlace? place, Answers.FhirAnswer? refusal) = await ResourceFinder.FindAsync(caller, entry.Type, entry.Id!, cancel);
        if (place is null)
        {
            return (null, EntryResult.Refused(refusal!.Fault.Code == FaultCode.NotFound
                ? new Fault(FaultCode.NotFound, "There is no such resource; PUT changes what exists, POST creates.") : refusal.Fault));
        }
        if (place.Subject != subject) return (null, EntryResult.Refused(new Fault(FaultCode.PatientUnclear, "A resource stays in the record that it was created in.")));
        if (place.IsRetracted) return (null, EntryResult.Refused(new Fault(FaultCode.ResourceGone, "Its author marked the resource as entered in error.")));
        if (IfMatch(entry.IfMatch, place) is { } differs) return (null, EntryResult.Refused(differs));
        if (await TypeCheck.RefuseAsync(caller, place, entry.Type, cancel) is { } other) return (null, EntryResult.Refused(other));

        // A version is named by what it follows and what it says: changing back is a new version, the same PUT again is not.
        SourceIds ids = caller.Seat.Wallet.Ids;
        PlainRecord record = RecordShape.Of(entry.Resource!, new SourceName(System, entry.Id!), patientId, "", place.Resource);
        Hash32 content = ids.ContentKey(record.Content.Span);
        Hash32 before = place.Versions.Where(version => version.Kind != ResourceFinder.Retraction).SkipLast(1).LastOrDefault().RecordId;
        Hash32 repeated = ids.RecordKey(System, entry.Id!, Name(before, content));
        Result<IReadOnlyList<RecordKeyHit?>> asked = await caller.Seat.Client.Queries.RecordKeysAsync(caller.Seat.Wallet.Party, [repeated], cancel);
        if (!asked.TryGet(out IReadOnlyList<RecordKeyHit?>? hits, out Fault fault)) return (null, EntryResult.Refused(fault));
        if (hits[0] is { } hit && hit.RecordId == place.Newest)
            return (null, new EntryResult { Status = 200, Reference = $"{entry.Type}/{entry.Id}", Resource = entry.Resource });
        return (record with { Version = Name(place.Newest, content), Follows = place.Newest }, null);
    }

    /// <summary>A fault where the condition names another version than the newest.</summary>
    public static Fault? IfMatch(string? condition, ResourcePlace place) =>
        condition is null || condition.Trim() is "*" || condition.Trim() == string.Create(CultureInfo.InvariantCulture, $"W/\"{place.Version}\"")
            ? null
            : new Fault(FaultCode.VersionDiffers, string.Create(CultureInfo.InvariantCulture, $"The resource is at version {place.Version}."));

    private static string Name(Hash32 follows, Hash32 content) => $"{follows}|{content}";
}
