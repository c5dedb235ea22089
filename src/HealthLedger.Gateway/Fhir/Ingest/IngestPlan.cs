using HealthLedger.Fhir.Transactions;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Gateway.Fhir.Ingest;

/// <summary>A Bundle that is ready to be put in: every resource named, every reference rewritten, every entry with the patient it belongs to.</summary>
public sealed class IngestPlan
{
    internal IngestPlan(TransactionPlan plan, EntryNames names) => (Plan, Names) = (plan, names);

    /// <summary>The plan: entries, owners, order, issues.</summary>
    public TransactionPlan Plan { get; }

    /// <summary>The patients that the Bundle brings along, and what their source calls them.</summary>
    public IEnumerable<(LedgerDid Did, string System, string Id)> Patients => Names.Patients.Values.Select(patient => (patient.Did, patient.Name.ForPatient.System, patient.Name.ForPatient.Id));

    internal EntryNames Names { get; }
}
