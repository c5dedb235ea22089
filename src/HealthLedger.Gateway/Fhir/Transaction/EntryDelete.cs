using HealthLedger.Client.Records;
using HealthLedger.Client.Submit;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Gateway.Fhir.Transaction;

/// <summary>Marks a resource as entered in error. Nothing is removed: its versions stay in its history.</summary>
internal static class EntryDelete
{
    private const string System = "urn:healthledger:resource";

    /// <summary>Carries one DELETE out; the same again finds the first.</summary>
    public static async Task<EntryResult> RunAsync(FhirCaller caller, PlannedEntry entry, CancellationToken cancel)
    {
        (ResourcePlace? place, FhirAnswer? refusal) = await ResourceFinder.FindAsync(caller, entry.Type, entry.Id!, cancel);
        if (place is null) return EntryResult.Refused(refusal!.Fault);
        if (place.IsRetracted) return await AgainAsync(caller, entry, place, cancel);
        if (EntryUpdate.IfMatch(entry.IfMatch, place) is { } differs) return EntryResult.Refused(differs);
        if (await TypeCheck.RefuseAsync(caller, place, entry.Type, cancel) is { } other) return EntryResult.Refused(other);
        Result<WrittenStatement> written = await caller.Seat.Depositor.RetractAsync(place.Subject, place.Newest, System, entry.Id!, cancel);
        if (!written.TryGet(out WrittenStatement? statement, out Fault fault)) return EntryResult.Refused(fault);
        return new EntryResult { Status = 204, Version = place.Version + 1, Receipt = new ReceiptLink(statement.Committed.Shard, statement.Committed.StatementId, 0) };
    }

    /// <summary>The first retraction, found by its blinded key as any record is; without its receipt where it did not come by this door.</summary>
    private static async Task<EntryResult> AgainAsync(FhirCaller caller, PlannedEntry entry, ResourcePlace place, CancellationToken cancel)
    {
        EntryResult done = new() { Status = 204, Version = place.Version };
        Hash32 key = caller.Seat.Wallet.Ids.RecordKey(System, entry.Id!, RecordDepositor.RetractionVersion(place.Newest));
        Result<IReadOnlyList<RecordKeyHit?>> asked = await caller.Seat.Client.Queries.RecordKeysAsync(caller.Seat.Wallet.Party, [key], cancel);
        if (!asked.TryGet(out IReadOnlyList<RecordKeyHit?>? hits, out Fault fault)) return EntryResult.Refused(fault);
        if (hits[0] is not { } hit) return done;
        Result<(ReceiptLink Link, DateTimeOffset Time)> first = await new ReceiptFinder(caller).FindAsync(hit.Shard, hit.Leaf, cancel);
        return first.IsOk ? done with { Receipt = first.Value.Link } : EntryResult.Refused(first.Fault);
    }
}
