using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Gateway.Fhir.Transaction;

/// <summary>
/// Fills in what is not known from writing: which version an amendment became, and version, time and receipt of what the ledger had already, so that
/// the same submission again gets the same receipt.
/// </summary>
internal static class ExistingEntries
{
    /// <summary>Completes the results of entries that were stored or found.</summary>
    public static async Task FillAsync(FhirCaller caller, TransactionPlan plan, EntryResult?[] results, CancellationToken cancel)
    {
        List<(int Index, Id16 Resource)> open = [];
        foreach (PlannedEntry entry in plan.Entries)
        {
            if (entry.Action == EntryAction.Existing) results[entry.Index] ??= new EntryResult { Status = 200, Reference = $"{entry.Type}/{entry.Id}", Resource = entry.Resource };
            if (results[entry.Index] is { IsRefused: false, Reference: not null, Version: null } && ResourceOf(caller, entry) is { } resource) open.Add((entry.Index, resource));
        }
        if (open.Count == 0) return;
        Result<IReadOnlyList<ResourcePlace?>> asked = await ResourceFinder.FindAsync(caller, [.. open.Select(item => item.Resource)], cancel);
        if (!asked.TryGet(out IReadOnlyList<ResourcePlace?>? places, out Fault fault))
        {
            // It is stored; only what the answer would tell of it is missing, so the sender may ask again.
            foreach ((int index, _) in open) results[index] = EntryResult.Refused(fault);
            return;
        }
        ReceiptFinder receipts = new(caller);
        for (int i = 0; i < open.Count; i++)
        {
            if (places[i] is not { } place) continue;
            if (place.IsRetracted)
            {
                results[open[i].Index] = EntryResult.Refused(new Fault(FaultCode.ResourceGone, "The ledger has had this resource; its author marked it as entered in error. Send it under another name or with a change."));
                continue;
            }
            EntryResult result = results[open[i].Index]! with { Version = place.Version };
            if (result.Receipt is null)
            {
                ResourceVersion newest = place.Versions[^1];
                Result<(ReceiptLink Link, DateTimeOffset Time)> found = await receipts.FindAsync(caller.Seat.Client.Network.ShardOf(place.Subject), newest.Leaf, cancel);
                if (found.IsOk) result = result with { Receipt = found.Value.Link, Modified = found.Value.Time };
            }
            results[open[i].Index] = result;
        }
    }

    private static Id16? ResourceOf(FhirCaller caller, PlannedEntry entry)
    {
        if (entry.Type != "Patient") return FhirIds.TryResource(entry.Id!, out Id16 resource) ? resource : null;
        return FhirIds.TryPatient(caller.Seat.Client.Network.Name, entry.Id!, out LedgerDid patient) ? SourceName.OfPatient(patient).ResourceId(caller.Seat.Wallet) : null;
    }
}
