using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Transactions;

namespace HealthLedger.Gateway.Fhir.Ingest;

/// <summary>A Bundle that is ready to be put in: every resource named, every reference rewritten, every entry with the patient it belongs to.</summary>
public sealed class IngestPlan
{
    internal IngestPlan(TransactionPlan plan, EntryNames names) => (Plan, Names) = (plan, names);

    /// <summary>The plan: entries, owners, order, issues.</summary>
    public TransactionPlan Plan { get; }

    internal EntryNames Names { get; }
}
