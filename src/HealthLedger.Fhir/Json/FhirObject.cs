namespace HealthLedger.Fhir.Json;

/// <summary>A property of a JSON object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
public readonly record struct FhirMember(string Name, FhirNode Value);

/// <summary>A JSON object: members in the order they were written, each name once.</summary>
public sealed class FhirObject : FhirNode
{
    private readonly FhirMember[] members;

    internal FhirObject(FhirMember[] members) => this.members = members;

    /// <summary>An object of these members; the caller gives each name once.</summary>
    public static FhirObject Of(params IEnumerable<FhirMember> members) => new(members.ToArray());

    /// <summary>How many members.</summary>
    public int Count => members.Length;

    /// <summary>The members, in order.</summary>
    public IReadOnlyList<FhirMember> Members => members;

    /// <summary>The members without a copy.</summary>
    public ReadOnlySpan<FhirMember> Span => members;

    /// <summary>The value of a member, or null when there is none. O(members).</summary>
    public FhirNode? this[string name]
    {
        get
        {
            foreach (ref readonly FhirMember member in members.AsSpan())
                if (member.Name == name) return member.Value;
            return null;
        }
    }

    /// <summary>The text of a string member, or null when it is missing or no string.</summary>
    public string? Text(string name) => this[name]?.AsString;

    /// <summary>An object member, or null.</summary>
    public FhirObject? Object(string name) => this[name] as FhirObject;

    /// <summary>
    /// The items of an array member, or nothing; a single value counts as an array of one, so that readers need not care
    /// whether an element repeats.
    /// </summary>
    public ReadOnlySpan<FhirNode> Each(string name) => this[name] switch
    {
        null => [],
        FhirArray array => array.Span,
        FhirNode single => new[] { single },
    };

    /// <summary>The same object with a member set: in place when it exists, else at the end.</summary>
    public FhirObject With(string name, FhirNode value)
    {
        for (int i = 0; i < members.Length; i++)
        {
            if (members[i].Name != name) continue;
            FhirMember[] copy = (FhirMember[])members.Clone();
            copy[i] = new FhirMember(name, value);
            return new FhirObject(copy);
        }
        return new FhirObject([.. members, new FhirMember(name, value)]);
    }

    /// <summary>The same object with a member set; when new, right after another one (or first, when that is missing).</summary>
    public FhirObject WithAfter(string after, string name, FhirNode value)
    {
        if (this[name] is not null) return With(name, value);
        List<FhirMember> copy = [.. members];
        copy.Insert(copy.FindIndex(m => m.Name == after) + 1, new FhirMember(name, value));
        return new FhirObject(copy.ToArray());
    }

    /// <summary>The same object without a member.</summary>
    public FhirObject Without(string name) =>
        this[name] is null ? this : new FhirObject(Array.FindAll(members, m => m.Name != name));
}
