using System.Globalization;

namespace HealthLedger.Fhir.Json;

/// <summary>Builds a <see cref="FhirObject"/> from plain values; whatever is null or empty is left out, as FHIR wants.</summary>
public sealed class ObjectBuilder
{
    private readonly List<FhirMember> members = [];

    /// <summary>A builder for a resource of this type.</summary>
    public static ObjectBuilder Resource(string type, string? id = null) =>
        new ObjectBuilder().Add("resourceType", type).Add("id", id);

    /// <summary>A string, unless null or empty.</summary>
    public ObjectBuilder Add(string name, string? text) =>
        string.IsNullOrEmpty(text) ? this : Put(name, FhirValue.String(text));

    /// <summary>A boolean, unless null.</summary>
    public ObjectBuilder Add(string name, bool? value) => value is null ? this : Put(name, FhirValue.Boolean(value.Value));

    /// <summary>An integer, unless null.</summary>
    public ObjectBuilder Add(string name, long? value) => value is null ? this : Put(name, FhirValue.Number(value.Value));

    /// <summary>A decimal with its trailing zeros, unless null.</summary>
    public ObjectBuilder Add(string name, decimal? value) => value is null ? this : Put(name, FhirValue.Number(value.Value));

    /// <summary>An instant with milliseconds, unless null.</summary>
    public ObjectBuilder Add(string name, DateTimeOffset? value) =>
        value is null ? this : Put(name, FhirValue.String(Instant(value.Value)));

    /// <summary>A node, unless null or without content.</summary>
    public ObjectBuilder Add(string name, FhirNode? node) =>
        node is null or FhirArray { Count: 0 } or FhirObject { Count: 0 } ? this : Put(name, node);

    /// <summary>An object built in place, unless it stays empty.</summary>
    public ObjectBuilder Add(string name, ObjectBuilder? inner) => Add(name, inner?.Build());

    /// <summary>An array of objects, unless there are none.</summary>
    public ObjectBuilder AddAll(string name, params IEnumerable<FhirNode?> nodes) =>
        Add(name, FhirArray.Of(nodes.OfType<FhirNode>()));

    /// <summary>An array of strings, unless there are none.</summary>
    public ObjectBuilder AddTexts(string name, params IEnumerable<string?> texts) =>
        Add(name, FhirArray.Of(texts.Where(t => !string.IsNullOrEmpty(t)).Select(t => FhirValue.String(t!))));

    /// <summary>The object.</summary>
    public FhirObject Build() => new(members.ToArray());

    /// <summary>An instant as FHIR writes it: milliseconds, and Z for UTC.</summary>
    public static string Instant(DateTimeOffset value) => value.Offset == TimeSpan.Zero
        ? value.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
        : value.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);

    private ObjectBuilder Put(string name, FhirNode node)
    {
        members.Add(new FhirMember(name, node));
        return this;
    }
}
