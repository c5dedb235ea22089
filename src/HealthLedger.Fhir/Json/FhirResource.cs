namespace HealthLedger.Fhir.Json;

/// <summary>A JSON object with a <c>resourceType</c>. Parsed is not checked: see <c>StructureCheck</c>.</summary>
public sealed class FhirResource
{
    private FhirResource(FhirObject root, string type)
    {
        Root = root;
        Type = type;
    }

    /// <summary>The resource's JSON object.</summary>
    public FhirObject Root { get; }

    /// <summary>Its <c>resourceType</c>, not yet known to be one of R4.</summary>
    public string Type { get; }

    /// <summary>Its <c>id</c>, or null.</summary>
    public string? Id => Root.Text("id");

    /// <summary>Its <c>meta.versionId</c>, or null.</summary>
    public string? VersionId => Root.Object("meta")?.Text("versionId");

    /// <summary>Its <c>meta.lastUpdated</c> as written, or null.</summary>
    public string? LastUpdated => Root.Object("meta")?.Text("lastUpdated");

    /// <summary>The resource of an object, or null when it has no string <c>resourceType</c>.</summary>
    public static FhirResource? From(FhirNode? node) =>
        node is FhirObject root && root.Text("resourceType") is { Length: > 0 } type ? new FhirResource(root, type) : null;

    /// <summary>The same resource under another id; null takes the id away.</summary>
    public FhirResource WithId(string? id) => new(
        id is null ? Root.Without("id") : Root.WithAfter("resourceType", "id", FhirValue.String(id)), Type);

    /// <summary>The same resource with version and time of the last update set in <c>meta</c>; the rest of it stays.</summary>
    public FhirResource WithVersion(string versionId, DateTimeOffset lastUpdated)
    {
        FhirObject meta = (Root.Object("meta") ?? FhirObject.Of())
            .With("versionId", FhirValue.String(versionId))
            .With("lastUpdated", FhirValue.String(ObjectBuilder.Instant(lastUpdated)));
        return WithMeta(meta);
    }

    /// <summary>The same resource with this <c>meta</c>; null takes it away.</summary>
    public FhirResource WithMeta(FhirObject? meta) => new(
        meta is null ? Root.Without("meta") : Root.WithAfter(Root["id"] is null ? "resourceType" : "id", "meta", meta), Type);

    /// <summary>The same resource with another body of the same type.</summary>
    public FhirResource WithRoot(FhirObject root) => new(root, root.Text("resourceType") ?? Type);

    /// <summary>The resource as compact UTF-8 JSON: members in order, numbers as written, nothing escaped needlessly.</summary>
    public byte[] ToUtf8Bytes() => FhirJson.Write(Root);
}
