using HealthLedger.Client.Read;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Records;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Fhir.Transaction;

/// <summary>
/// An id does not tell its type, and a scope for one type must not reach another's resources: the manifest of what is to be changed is read, as an
/// access like any other. Where the organization may write and not read, its own record is taken at its word.
/// </summary>
internal static class TypeCheck
{
    /// <summary>A fault where the resource is known to be of another type.</summary>
    public static async Task<Fault?> RefuseAsync(FhirCaller caller, ResourcePlace place, string type, CancellationToken cancel)
    {
        Access access = await AccessDesk.AskAsync(caller, place.Subject, null, [place.Newest], cancel);
        if (access.Permit is null) return null;
        (IReadOnlyList<OpenedRecord> records, FhirAnswer? refusal) = await AccessDesk.OpenAsync(caller, access, content: false, [place.Newest], cancel);
        if (refusal is not null) return refusal.Fault;
        if (!StoredRecord.Of(records[0], 0).TryGet(out StoredRecord? stored, out Fault fault)) return fault;
        return stored.Index.Type == type ? null : new Fault(FaultCode.NotFound, "There is no such resource.");
    }
}
