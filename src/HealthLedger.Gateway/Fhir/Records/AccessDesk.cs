using HealthLedger.Client.Read;
using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Fhir.Records;

/// <summary>The one way to records: ask for access, wait until the entry is committed, open what a permit releases.</summary>
internal static class AccessDesk
{
    /// <summary>Asks for access to records, to segments, or to all that the caller may read.</summary>
    public static async Task<Access> AskAsync(FhirCaller caller, LedgerDid patient, IReadOnlyList<Id16>? segments, IReadOnlyList<Hash32>? records, CancellationToken cancel)
    {
        AccessRequest request = new() { Patient = patient, Purpose = caller.Purpose, Role = caller.Role, Person = caller.Person, Segments = segments, Records = records };
        Result<AccessDecision> answer = await caller.Seat.AccessesTo(patient).DecideAsync(request).WaitAsync(cancel);
        if (!answer.TryGet(out AccessDecision? decision, out Fault fault))
            return new Access(null, null, FhirAnswer.Of(fault.Code is FaultCode.SubjectUnknown ? new Fault(FaultCode.NotFound, "There is no such patient.") : fault));
        ReceiptLink receipt = ReceiptLink.Of(decision);
        return decision.Permit is { } permit ? new Access(permit, receipt, null) : new Access(null, receipt, FhirAnswer.Of(decision.Denial, receipt));
    }

    /// <summary>Opens what a permit releases; everything on its list is checked. An answer where that fails.</summary>
    public static async Task<(IReadOnlyList<OpenedRecord> Records, FhirAnswer? Refusal)> OpenAsync(
        FhirCaller caller, Access access, bool content, IReadOnlyList<Hash32>? only, CancellationToken cancel)
    {
        Result<OpenedRecords> answer = await caller.Seat.Reader.OpenAsync(access.Permit!, new OpenOptions { WantContent = content, Records = only }, cancel);
        return answer.TryGet(out OpenedRecords? opened, out Fault fault) ? (opened.Records, null) : ([], FhirAnswer.Of(fault, access.Receipt));
    }
}

/// <summary>What became of an access.</summary>
/// <param name="Permit">The permit, or null.</param>
/// <param name="Receipt">The entry, where there is one.</param>
/// <param name="Refusal">The answer where there is no permit.</param>
internal sealed record Access(Permit? Permit, ReceiptLink? Receipt, FhirAnswer? Refusal);
