using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Structure;

/// <summary>
/// Checks a resource against the structure of R4: known type and elements, cardinality, primitive formats, choices,
/// <c>_element</c> siblings, contained resources and the resources of a Bundle, required value sets, narrative. Not
/// checked: profiles, terminologies outside required bindings, most invariants, what a reference points to.
/// </summary>
public static class StructureCheck
{
    /// <summary>Most issues reported; after these the check stops.</summary>
    public const int IssuesMax = 50;

    /// <summary>What is wrong with it; empty when nothing is. O(size), no I/O, safe on any thread.</summary>
    public static IReadOnlyList<FhirIssue> Check(FhirResource resource)
    {
        StructureWalk walk = new(R4Table.Instance);
        walk.Resource(resource.Root, resource.Type, inContained: false);
        return walk.Issues ?? (IReadOnlyList<FhirIssue>)[];
    }

    /// <summary>True when this is a resource type of R4.</summary>
    public static bool IsResourceType(string type) => R4Table.Instance.Resources.ContainsKey(type);

    /// <summary>True when this could be a resource's id: 1 to 64 letters, digits, hyphens and dots.</summary>
    public static bool IsId(ReadOnlySpan<char> text) => Primitives.IsId(text);

    /// <summary>The resource types of R4.</summary>
    public static IReadOnlyCollection<string> ResourceTypes => R4Table.Instance.Resources.Keys;
}
