using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Transactions;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Ids;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Fhir.Search;

/// <summary>
/// Adds what patients share (practitioners, places, medications) and a page refers to, from the caller's own subject. Other organizations' shared
/// resources stay with them.
/// </summary>
internal static class SharedInclusion
{
    private const int ReferencesMax = 4_096, StepsMax = 3;

    /// <summary>The shared resources that the references lead to, and those that these refer to in turn.</summary>
    public static async Task<(IReadOnlyList<StoredRecord> Records, FhirAnswer? Refusal)> LoadAsync(FhirCaller caller, IEnumerable<string> references, CancellationToken cancel)
    {
        LedgerDid own = caller.Seat.Wallet.Did;
        HashSet<Id16> seen = [];
        List<StoredRecord> found = [];
        PatientRecords? shelf = null;
        IEnumerable<string> next = references;
        for (int step = 0; step < StepsMax; step++)
        {
            Id16[] wanted = [.. Ids(caller, next).Where(seen.Add).Take(ReferencesMax)];
            if (wanted.Length == 0) break;
            Result<IReadOnlyList<ResourcePlace?>> asked = await ResourceFinder.FindAsync(caller, wanted, cancel);
            if (!asked.TryGet(out IReadOnlyList<ResourcePlace?>? places, out Fault fault)) return ([], FhirAnswer.Of(fault));
            HashSet<Id16> mine = [.. places.OfType<ResourcePlace>().Where(place => place.Subject == own && !place.IsRetracted).Select(place => place.Resource)];
            if (mine.Count == 0) break;
            if (shelf is null)
            {
                (shelf, FhirAnswer? refusal) = await PatientRecords.LoadAsync(caller, own, null, content: false, cancel);
                if (shelf is null) return ([], refusal);
            }
            (IReadOnlyList<StoredRecord> opened, FhirAnswer? unopened) = await shelf.OpenAsync(caller, [.. shelf.Records.Where(record => mine.Contains(record.Opened.Resource))], cancel);
            if (unopened is not null) return ([], unopened);
            found.AddRange(opened);
            next = opened.SelectMany(ReferencesIn);
        }
        return (found, null);
    }

    /// <summary>Every reference within a record's content.</summary>
    public static IEnumerable<string> ReferencesIn(StoredRecord record)
    {
        List<string> found = [];
        if (record.Resource().TryGet(out FhirResource? resource, out _)) Collect(resource.Root, found);
        return found;
    }

    private static void Collect(FhirNode node, List<string> found)
    {
        if (node is FhirArray array)
        {
            foreach (FhirNode item in array.Items) Collect(item, found);
            return;
        }
        if (node is not FhirObject item2) return;
        foreach (FhirMember member in item2.Members)
        {
            if (member.Name == "reference" && member.Value.AsString is { } text) found.Add(text);
            else if (member.Value is not FhirValue) Collect(member.Value, found);
        }
    }

    private static IEnumerable<Id16> Ids(FhirCaller caller, IEnumerable<string> references)
    {
        foreach (string text in references)
        {
            if (FhirReference.Read(text) is { Form: ReferenceForm.Relative, Type: { } type, Id: { } id } && FhirIds.TryResource(id, out Id16 resource)
                && caller.Token.Scopes.Allows(type, ScopeAccess.Read)) yield return resource;
        }
    }
}
