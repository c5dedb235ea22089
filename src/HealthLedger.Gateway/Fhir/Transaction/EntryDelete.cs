using HealthLedger.Client.Submit;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol.Errors;

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
        if (place.IsRetracted)
        {
            Result<(ReceiptLink Link, DateTimeOffset Time)> first = await new ReceiptFinder(caller).FindAsync(caller.Seat.Client.Network.ShardOf(place.Subject), place.Versions[^1].Leaf, cancel);
            return first.IsOk ? new EntryResult { Status = 204, Version = place.Version, Receipt = first.Value.Link } : EntryResult.Refused(first.Fault);
        }
        if (EntryUpdate.IfMatch(entry.IfMatch, place) is { } differs) return EntryResult.Refused(differs);
        if (await TypeCheck.RefuseAsync(caller, place, entry.Type, cancel) is { } other) return EntryResult.Refused(other);
        Result<WrittenStatement> written = await caller.Seat.Depositor.RetractAsync(place.Subject, place.Newest, System, entry.Id!, cancel);
        if (!written.TryGet(out WrittenStatement? statement, out Fault fault)) return EntryResult.Refused(fault);
        return new EntryResult { Status = 204, Version = place.Version + 1, Receipt = new ReceiptLink(statement.Committed.Shard, statement.Committed.StatementId, 0) };
    }
}
