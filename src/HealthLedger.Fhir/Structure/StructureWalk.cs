using System.Globalization;
using System.Text;
using HealthLedger.Fhir.Json;

namespace HealthLedger.Fhir.Structure;

/// <summary>One walk over one resource. Keeps the path on a stack of its own and writes it out only for an issue.</summary>
internal sealed class StructureWalk(R4Table table)
{
    private const int ElementsMax = 128;

    private (string Name, int Index)[] path = new (string, int)[16];
    private int depth;
    private FhirObject? container;
    private HashSet<string>? containedIds;

    /// <summary>What was found, or null when nothing was.</summary>
    public List<FhirIssue>? Issues { get; private set; }

    private bool Full => Issues?.Count >= StructureCheck.IssuesMax;

    /// <summary>Checks a resource at the current place.</summary>
    public void Resource(FhirObject node, string? typeName, bool inContained)
    {
        if (depth == 0) Push(typeName ?? "Resource", -1);
        if (typeName is null)
        {
            Report(IssueCodes.Required, "A resource needs a resourceType.");
            return;
        }
        if (!table.Resources.TryGetValue(typeName, out TypeModel? type))
        {
            Report(IssueCodes.NotSupported, "The resourceType is not one of FHIR R4.");
            return;
        }
        if (inContained && node["contained"] is not null)
            Report(IssueCodes.Invariant, "A contained resource must not contain others [dom-2].");
        (FhirObject? outer, HashSet<string>? outerIds) = (container, containedIds);
        if (!inContained) (container, containedIds) = (node, null);
        Members(node, type);
        if (!inContained) (container, containedIds) = (outer, outerIds);
    }

    private void Members(FhirObject node, TypeModel type)
    {
        if (node.Count == 0)
        {
            Report(IssueCodes.Structure, "An object must have at least one property.");
            return;
        }
        // One bit an element: which are present, and by which choice; R4's widest type has fewer than 128.
        Span<byte> seen = stackalloc byte[ElementsMax];
        seen.Clear();
        foreach (ref readonly FhirMember member in node.Span)
        {
            if (Full) return;
            if (!type.Properties.TryGetValue(member.Name, out PropertyModel? property))
            {
                if (type.IsResource && member.Name == "resourceType") continue;
                Report(IssueCodes.Structure, $"{type.Path} has no element '{JsonParser.SafeName(member.Name)}' in R4.");
                continue;
            }
            ElementModel element = property.Element;
            byte mark = property.IsSibling ? (byte)2 : (byte)1;
            bool otherChoice = element.IsChoice && seen[element.Index] != 0
                && ((seen[element.Index] & mark) != 0 || !HasSibling(node, member.Name));
            if (otherChoice)
                Report(IssueCodes.Structure, $"{type.Path}.{element.Name}[x] may have one type only.");
            seen[element.Index] |= mark;
            Push(member.Name, -1);
            Property(node, member, property);
            Pop();
        }
        foreach (ElementModel required in type.Required)
            if (seen[required.Index] == 0)
                Report(IssueCodes.Required, $"{type.Path}.{required.Name}{(required.IsChoice ? "[x]" : "")} is required.");
        if (type == table.Reference) Local(node);
        else if (type == table.Extension && node["extension"] is not null && HasValue(node))
            Report(IssueCodes.Invariant, "An extension has either a value or extensions [ext-1].");
        else if (type == table.BundleEntry && node.Text("fullUrl") is { } url && !url.Contains(':'))
            Report(IssueCodes.Invalid, "A fullUrl must be an absolute URL.");
    }

    /// <summary>A reference within the resource must find what it names [ref-1]; a bare # is the resource itself.</summary>
    private void Local(FhirObject reference)
    {
        if (reference.Text("reference") is not ['#', _, ..] local) return;
        if (containedIds is null)
        {
            containedIds = new HashSet<string>(StringComparer.Ordinal);
            foreach (FhirNode contained in container!.Each("contained"))
                if (contained is FhirObject inner && inner.Text("id") is { } id) containedIds.Add(id);
        }
        if (!containedIds.Contains(local[1..]))
            Report(IssueCodes.Invariant, "A reference names a contained resource that is not there [ref-1].");
    }

    private static bool HasSibling(FhirObject node, string name) =>
        node[name[0] == '_' ? name[1..] : "_" + name] is not null;

    private static bool HasValue(FhirObject node)
    {
        foreach (ref readonly FhirMember member in node.Span)
            if (member.Name.StartsWith("value", StringComparison.Ordinal)) return true;
        return false;
    }

    private void Property(FhirObject owner, FhirMember member, PropertyModel property)
    {
        if (!property.Element.Repeats)
        {
            if (member.Value is FhirArray) Report(IssueCodes.Structure, "This element does not repeat, so it is not an array.");
            else One(member.Value, property);
            return;
        }
        if (member.Value is not FhirArray array)
        {
            Report(IssueCodes.Structure, "This element repeats, so it is an array.");
            return;
        }
        if (array.Count == 0)
        {
            Report(IssueCodes.Structure, "An array must not be empty.");
            return;
        }
        FhirArray? sibling = property.Primitive is null ? null : Sibling(owner, member.Name);
        if (sibling is not null && !property.IsSibling && sibling.Count != array.Count)
            Report(IssueCodes.Structure, "The array and its sibling with an underscore must be equally long.");
        for (int i = 0; i < array.Count && !Full; i++)
        {
            path[depth - 1].Index = i;
            bool isNull = array[i] is FhirValue { Kind: FhirValueKind.Null };
            if (isNull && sibling is not null && i < sibling.Count && sibling[i] is not FhirValue { Kind: FhirValueKind.Null })
                continue;
            One(array[i], property);
        }
        path[depth - 1].Index = -1;
    }

    private static FhirArray? Sibling(FhirObject owner, string name) =>
        owner[name[0] == '_' ? name[1..] : "_" + name] as FhirArray;

    private void One(FhirNode node, PropertyModel property)
    {
        if (property.IsSibling)
        {
            PrimitiveSibling(node);
            return;
        }
        if (property.Primitive is { } primitive)
        {
            if (node is not FhirValue value) Report(IssueCodes.Structure, "This element is a primitive value.");
            else if (Primitives.Problem(primitive, value) is { } problem) Report(IssueCodes.Value, $"The value {problem}.");
            else if (property.Codes is { } codes && !codes.Has(value.Text))
                Report(IssueCodes.CodeInvalid, "The code is not in the value set that R4 requires here.");
            return;
        }
        if (node is not FhirObject inner)
        {
            Report(IssueCodes.Structure, "This element is an object.");
            return;
        }
        if (property.Type is { } type)
        {
            Members(inner, type);
            if (property.Codes is { } codes) Coded(inner, codes);
        }
        else
        {
            Resource(inner, inner.Text("resourceType"), inContained: property.Element.Name == "contained");
        }
    }

    /// <summary>The object beside a primitive: an Element, which has an id and extensions and nothing else.</summary>
    private void PrimitiveSibling(FhirNode node)
    {
        if (node is FhirValue { Kind: FhirValueKind.Null } && path[depth - 1].Index >= 0) return;
        if (node is not FhirObject element || element.Count == 0)
        {
            Report(IssueCodes.Structure, "What stands beside a primitive is an object with id or extension.");
            return;
        }
        foreach (ref readonly FhirMember member in element.Span)
        {
            Push(member.Name, -1);
            if (member.Name == "extension" && member.Value is FhirArray { Count: > 0 } extensions)
            {
                for (int i = 0; i < extensions.Count && !Full; i++)
                {
                    path[depth - 1].Index = i;
                    if (extensions[i] is FhirObject extension) Members(extension, table.Extension);
                    else Report(IssueCodes.Structure, "An extension is an object.");
                }
                path[depth - 1].Index = -1;
            }
            else if (member.Name != "id" || member.Value.AsString is null)
            {
                Report(IssueCodes.Structure, "What stands beside a primitive is an object with id or extension.");
            }
            Pop();
        }
    }

    private void Coded(FhirObject concept, CodeSet codes)
    {
        if (concept["coding"] is FhirArray codings)
        {
            foreach (FhirNode item in codings.Span)
                if (item is FhirObject coding && codes.Has(coding.Text("system"), coding.Text("code"))) return;
        }
        else if (concept["coding"] is null && codes.Has(concept.Text("system"), concept.Text("code")))
        {
            return;
        }
        Report(IssueCodes.CodeInvalid, "No coding here is in the value set that R4 requires.");
    }

    private void Push(string name, int index)
    {
        if (depth == path.Length) Array.Resize(ref path, depth * 2);
        path[depth++] = (name, index);
    }

    private void Pop() => depth--;

    private void Report(string code, string diagnostics)
    {
        if (Full) return;
        StringBuilder place = new();
        for (int i = 0; i < depth; i++)
        {
            if (i > 0) place.Append('.');
            place.Append(JsonParser.SafeName(path[i].Name.TrimStart('_')));
            if (path[i].Index >= 0) place.Append(CultureInfo.InvariantCulture, $"[{path[i].Index}]");
        }
        (Issues ??= []).Add(FhirIssue.Error(code, diagnostics, place.ToString()));
    }
}
