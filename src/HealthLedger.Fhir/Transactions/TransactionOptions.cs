namespace HealthLedger.Fhir.Transactions;

/// <summary>What a search for a conditional reference, create or update found.</summary>
/// <param name="Count">How many resources match.</param>
/// <param name="Id">The id of the one, when <paramref name="Count"/> is 1.</param>
public readonly record struct ConditionalMatch(int Count, string? Id)
{
    /// <summary>Nothing matches.</summary>
    public static ConditionalMatch None => default;

    /// <summary>Exactly this one matches.</summary>
    public static ConditionalMatch One(string id) => new(1, id);
}

/// <summary>How a plan finds ids and what it tolerates.</summary>
public sealed record TransactionOptions
{
    /// <summary>
    /// Gives the id of a resource that is to be created, from its type and what its source calls it: its <c>fullUrl</c>, else
    /// <c>Type/id</c>, else null. An import that derives ids from these can be repeated.
    /// </summary>
    public required Func<string, string?, string> NewId { get; init; }

    /// <summary>Searches for a type and a query (without the question mark), for conditional references and requests.</summary>
    public Func<string, string, ConditionalMatch> Resolve { get; init; } = (_, _) => ConditionalMatch.None;

    /// <summary>
    /// True: a conditional reference by identifier that finds nothing becomes a logical reference (type and identifier)
    /// and a warning. False: it refuses its entry. Exports of Synthea name practitioners that are in no file.
    /// </summary>
    public bool KeepUnresolvedAsLogical { get; init; }

    /// <summary>
    /// True: each resource is checked (see <see cref="Structure.StructureCheck"/>), and one that fails refuses its entry. False:
    /// the caller has done so.
    /// </summary>
    public bool CheckStructure { get; init; } = true;

    /// <summary>Most entries in a Bundle.</summary>
    public int MaxEntries { get; init; } = 20_000;
}
