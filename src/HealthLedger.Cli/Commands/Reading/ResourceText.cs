using HealthLedger.Fhir.Json;

namespace HealthLedger.Cli.Commands.Reading;

/// <summary>What a resource is about, in the few words that a line of a table has room for.</summary>
internal static class ResourceText
{
    private const int CharsMax = 60;
    private static readonly string[] Concepts = ["code", "medicationCodeableConcept", "vaccineCode", "type", "category", "reasonCode", "name"];

    /// <summary>The first of: a concept's text, its display, a name; and the value of an observation behind it.</summary>
    public static string Of(ReadOnlyMemory<byte> content)
    {
        if (FhirJson.Parse(content).Resource is not { } resource) return "";
        string text = Concepts.Select(name => Concept(resource.Root, name)).FirstOrDefault(found => found is not null) ?? "";
        if (resource.Root.Object("valueQuantity") is { } quantity && quantity["value"] is FhirValue number) text = $"{text}: {Short(number.Text)} {quantity.Text("unit")}";
        return text.Length <= CharsMax ? text : text[..(CharsMax - 1)] + "…";
    }

    private static string? Concept(FhirObject root, string name)
    {
        foreach (FhirNode node in root.Each(name))
        {
            if (node.AsString is { } plain) return plain;
            if (node is not FhirObject concept) continue;
            if (concept.Text("text") is { } text) return text;
            foreach (FhirNode coding in concept.Each("coding"))
                if (coding.AsObject?.Text("display") is { } display) return display;
            if (concept.Text("family") is { } family) return string.Join(' ', [.. Texts(concept, "given"), family]);
        }
        return null;
    }

    private static List<string> Texts(FhirObject node, string name)
    {
        List<string> texts = [];
        foreach (FhirNode item in node.Each(name))
            if (item.AsString is { } text) texts.Add(text);
        return texts;
    }

    private static string Short(string number) => decimal.TryParse(number, System.Globalization.CultureInfo.InvariantCulture, out decimal value) ? $"{value:0.##}" : number;
}
