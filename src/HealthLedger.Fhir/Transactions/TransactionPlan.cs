using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Transactions;

/// <summary>
/// What a transaction or batch Bundle asks for, worked out before anything is stored: the ids of new resources, every
/// reference rewritten to them, the patient each belongs to, the order, and what is wrong with which entry. Pure: the same
/// Bundle and options give the same plan. References may form circles; ids are assigned before any is rewritten.
/// </summary>
public sealed class TransactionPlan
{
    private TransactionPlan(bool isTransaction, IReadOnlyList<PlannedEntry> entries, IReadOnlyList<FhirIssue> issues)
    {
        IsTransaction = isTransaction;
        Entries = entries;
        Issues = issues;
        Order = entries.OrderBy(Rank).ThenBy(e => e.Index).Select(e => e.Index).ToArray();
        Patients = entries.Where(e => !e.IsRefused).SelectMany(e => e.Patients.Take(1)).Distinct().ToArray();
    }

    /// <summary>True for a transaction (all or nothing), false for a batch or collection.</summary>
    public bool IsTransaction { get; }

    /// <summary>The entries in the Bundle's order.</summary>
    public IReadOnlyList<PlannedEntry> Entries { get; }

    /// <summary>What is wrong with the Bundle as a whole; with any that refuses, there are no entries.</summary>
    public IReadOnlyList<FhirIssue> Issues { get; }

    /// <summary>
    /// Indexes of <see cref="Entries"/> in the order of work [R4, transaction]: deletes, creates and updates (shared
    /// resources first, then Patients, then the rest), reads.
    /// </summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>The patients to whom entries belong. A transaction that is to be one atomic statement has at most one.</summary>
    public IReadOnlyList<string> Patients { get; }

    /// <summary>True when the Bundle or any entry is refused: then a transaction must not be carried out at all.</summary>
    public bool IsRefused => Issues.Any(i => i.Refuses) || (IsTransaction && Entries.Any(e => e.IsRefused));

    /// <summary>
    /// Makes the plan. A <c>collection</c> is taken as a batch that may refer within itself, each resource to be created.
    /// O(size of the Bundle) plus one search for each different condition.
    /// </summary>
    public static TransactionPlan Create(FhirResource bundle, TransactionOptions options)
    {
        string? type = bundle.Type == "Bundle" ? bundle.Root.Text("type") : null;
        if (type is not ("transaction" or "batch" or "collection"))
        {
            return Refused(IssueCodes.Invalid, "A Bundle of type transaction, batch or collection was expected.", "Bundle.type");
        }
        ReadOnlySpan<FhirNode> nodes = bundle.Root.Each("entry");
        if (nodes.Length > options.MaxEntries)
            return Refused(IssueCodes.TooCostly, $"A Bundle may have at most {options.MaxEntries} entries.", "Bundle.entry");
        PlanBuilder builder = new(options, linksWithin: type != "batch", requestOptional: type == "collection");
        for (int i = 0; i < nodes.Length; i++) builder.Add(i, nodes[i]);
        return new TransactionPlan(type == "transaction", builder.Finish(), []);
    }

    private static TransactionPlan Refused(string code, string why, string where) =>
        new(false, [], [FhirIssue.Error(code, why, where)]);

    private static int Rank(PlannedEntry entry) => entry.Action switch
    {
        EntryAction.Delete => 0,
        EntryAction.Read => 4,
        _ when entry.IsShared => 1,
        _ when entry.Type == "Patient" => 2,
        _ => 3,
    };
}
