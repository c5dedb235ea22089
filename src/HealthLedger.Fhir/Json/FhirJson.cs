using System.Buffers;

namespace HealthLedger.Fhir.Json;

/// <summary>What a parse gave: a resource, or the issues that refused it.</summary>
/// <param name="Resource">The resource, or null when refused.</param>
/// <param name="Issues">Why it was refused; empty when it was not.</param>
public sealed record FhirParse(FhirResource? Resource, IReadOnlyList<FhirIssue> Issues);

/// <summary>What a parse of any JSON value gave.</summary>
/// <param name="Node">The value, or null when refused.</param>
/// <param name="Issue">Why it was refused, or null.</param>
public sealed record JsonParse(FhirNode? Node, FhirIssue? Issue);

/// <summary>
/// Strict JSON [RFC 8259], UTF-8 only, as FHIR uses it. Refused: comments, trailing commas, duplicate names, lone
/// surrogates, invalid UTF-8, trailing content, anything over the <see cref="FhirLimits"/>. One leading byte order mark is
/// skipped, as RFC 8259 §8.1 permits. Nothing here throws for what an input can contain.
/// </summary>
public static class FhirJson
{
    /// <summary>Parses a resource. O(bytes).</summary>
    public static FhirParse Parse(ReadOnlyMemory<byte> utf8, FhirLimits? limits = null) => Parse(utf8.Span, limits);

    /// <summary>Parses a resource. O(bytes).</summary>
    public static FhirParse Parse(ReadOnlySpan<byte> utf8, FhirLimits? limits = null)
    {
        JsonParse parse = ParseValue(utf8, limits);
        if (parse.Issue is not null) return new FhirParse(null, [parse.Issue]);
        if (FhirResource.From(parse.Node) is { } resource) return new FhirParse(resource, []);
        string why = parse.Node is FhirObject
            ? "The object has no resourceType, so it is not a FHIR resource."
            : "A FHIR resource is a JSON object; the input is another kind of JSON value.";
        return new FhirParse(null, [new FhirIssue(IssueSeverity.Fatal, IssueCodes.Invalid, why)]);
    }

    /// <summary>Parses any JSON value. O(bytes).</summary>
    public static JsonParse ParseValue(ReadOnlySpan<byte> utf8, FhirLimits? limits = null)
    {
        JsonParser parser = new(utf8, limits ?? FhirLimits.Default);
        FhirNode? node = parser.Run();
        return node is null ? new JsonParse(null, parser.Issue()) : new JsonParse(node, null);
    }

    /// <summary>Writes a value as compact UTF-8 JSON.</summary>
    public static byte[] Write(FhirNode node)
    {
        ArrayBufferWriter<byte> output = new(1024);
        Write(node, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes a value as compact UTF-8 JSON.</summary>
    public static void Write(FhirNode node, IBufferWriter<byte> output) => JsonWriter.Write(node, output);
}
