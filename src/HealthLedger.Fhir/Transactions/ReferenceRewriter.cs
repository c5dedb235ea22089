using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Transactions;

/// <summary>
/// Rewrites references in a resource: every <c>Reference.reference</c>, and URIs that are the URN of an entry
/// [R4, transaction]. Unchanged parts are shared with the original.
/// </summary>
/// <param name="target">What a text becomes, and whether it is a reference; null leaves it, empty makes it a logical one.</param>
/// <param name="logical">The logical reference for a conditional one.</param>
internal sealed class ReferenceRewriter(
    Func<string, bool, string?> target, Func<string, (string Type, string? System, string Value)?> logical)
{
    /// <summary>The object with its references rewritten; the same object when there are none.</summary>
    public FhirObject Rewrite(FhirObject node)
    {
        FhirMember[]? copy = null;
        ReadOnlySpan<FhirMember> members = node.Span;
        for (int i = 0; i < members.Length; i++)
        {
            FhirNode value = members[i].Value;
            FhirNode changed = value switch
            {
                FhirObject inner => Rewrite(inner),
                FhirArray inner => Rewrite(inner),
                FhirValue { Kind: FhirValueKind.String } text when IsLink(members[i].Name, text.Text) => Link(members[i].Name, text),
                _ => value,
            };
            if (ReferenceEquals(changed, value)) continue;
            copy ??= members.ToArray();
            copy[i] = new FhirMember(members[i].Name, changed);
        }
        if (copy is null) return node;
        FhirObject rewritten = new(copy);
        return rewritten.Text("reference") == "" ? ToLogical(rewritten, node.Text("reference")!) : rewritten;
    }

    private FhirArray Rewrite(FhirArray array)
    {
        FhirNode[]? copy = null;
        ReadOnlySpan<FhirNode> items = array.Span;
        for (int i = 0; i < items.Length; i++)
        {
            FhirNode changed = items[i] switch
            {
                FhirObject inner => Rewrite(inner),
                FhirArray inner => Rewrite(inner),
                _ => items[i],
            };
            if (ReferenceEquals(changed, items[i])) continue;
            copy ??= items.ToArray();
            copy[i] = changed;
        }
        return copy is null ? array : new FhirArray(copy);
    }

    private static bool IsLink(string name, string text) => name switch
    {
        "reference" => true,
        "url" or "uri" or "valueUri" or "valueUrl" or "valueUuid" or "valueOid" => text.StartsWith("urn:uuid:", StringComparison.Ordinal),
        _ => false,
    };

    private FhirValue Link(string name, FhirValue text) =>
        target(text.Text, name == "reference") is { } changed ? FhirValue.String(changed) : text;

    private FhirObject ToLogical(FhirObject reference, string written)
    {
        (string type, string? system, string value) = logical(written)!.Value;
        FhirObject plain = reference.Without("reference");
        if (plain["type"] is null) plain = plain.With("type", FhirValue.String(type));
        return plain["identifier"] is not null ? plain
            : plain.With("identifier", new ObjectBuilder().Add("system", system).Add("value", value).Build());
    }
}
