using System.Text.Json;
using HealthLedger.TestMaterial;

namespace HealthLedger.Fhir.Tests.Structure;

/// <summary>The embedded table against the public definitions it was derived from.</summary>
public class R4TableTests
{
    private static readonly string[] InEveryResource = ["id", "meta", "implicitRules", "language"];
    private static readonly string[] InDomainResources = ["text", "contained", "extension", "modifierExtension"];

    [Fact]
    public void Every_element_is_as_the_definitions_say()
    {
        Dictionary<string, string> table = TableElements();
        HashSet<string> primitives = EmbeddedText.Lines("r4.txt").Single(l => l[0] == 'P')[2..].Split(',').ToHashSet();
        string open = EmbeddedText.Lines("r4.txt").Single(l => l[0] == 'X')[2..];
        HashSet<string> sets = EmbeddedText.Lines("r4.txt").Where(l => l[0] == 'V').Select(l => l.Split(' ')[1]).ToHashSet();
        List<JsonElement> definitions = Lines("elements.jsonl");
        HashSet<string> parents = definitions.Select(d => Path(d)).Where(p => p.Contains('.')).Select(p => p[..p.LastIndexOf('.')]).ToHashSet();
        List<string> wrong = [];
        int compared = 0;
        foreach (JsonElement definition in definitions)
        {
            string path = Path(definition);
            string root = path.Split('.')[0];
            // SubscriptionStatus came after 4.0.1; the abstract types and what all types share are built in.
            if (!path.Contains('.') || primitives.Contains(root) || root is "SubscriptionStatus" or "Element" or "BackboneElement" or "Resource" or "DomainResource") continue;
            string name = path[(path.LastIndexOf('.') + 1)..];
            bool shared = path.Count(c => c == '.') == 1 && definition.GetProperty("kind").GetString() == "resource"
                ? InEveryResource.Contains(name) || InDomainResources.Contains(name)
                : name is "id" or "extension" or "modifierExtension";
            if (shared) continue;
            string expected = $"{definition.GetProperty("min")}{definition.GetProperty("max").GetString()} {Types(definition, parents, open)}{Binding(definition, sets)}";
            compared++;
            if (!table.Remove(path, out string? found) || found != expected) wrong.Add($"{path}: {found} is not {expected}");
        }
        wrong.Should().BeEmpty();
        table.Keys.Should().BeEmpty("nothing is in the table that is not in the definitions");
        compared.Should().BeGreaterThan(4000);
    }

    [Fact]
    public void Every_required_value_set_has_the_codes_that_the_definitions_say()
    {
        Dictionary<string, List<string>> sets = EmbeddedText.Lines("r4.txt").Where(l => l[0] == 'V').Select(l => l.Split(' '))
            .GroupBy(p => p[1]).ToDictionary(g => g.Key, g => g.SelectMany(p => p.Skip(3).Select(c => $"{p[2]}|{c}")).ToList());
        foreach (JsonElement definition in Lines("required-valuesets.jsonl"))
        {
            string url = definition.GetProperty("valueSet").GetString()!;
            if (!sets.Remove(url[(url.LastIndexOf('/') + 1)..], out List<string>? codes)) continue;
            codes.Should().BeEquivalentTo(definition.GetProperty("include").EnumerateArray()
                .SelectMany(i => i.GetProperty("codes").EnumerateArray().Select(c => $"{i.GetProperty("system").GetString()}|{c.GetString()}")), url);
        }
        sets.Keys.Should().BeEmpty();
    }

    [Fact]
    public void The_compartment_names_the_types_that_the_definitions_name()
    {
        using JsonDocument definition = JsonDocument.Parse(File.ReadAllBytes(
            SharedData.Require("fhir-examples/r4-definitions/CompartmentDefinition-patient.json")));
        IEnumerable<string> types = definition.RootElement.GetProperty("resource").EnumerateArray()
            .Where(r => r.TryGetProperty("param", out _)).Select(r => r.GetProperty("code").GetString()!);
        EmbeddedText.Lines("r4.txt").Where(l => l[0] == 'C').Select(l => l.Split(' ')[1]).Should().BeEquivalentTo(types);
    }

    [Fact]
    public void Every_search_parameter_is_one_of_the_definitions()
    {
        using JsonDocument bundle = JsonDocument.Parse(File.ReadAllBytes(
            SharedData.Require("fhir-examples/r4-definitions/Bundle-searchParams.json")));
        HashSet<string> known = bundle.RootElement.GetProperty("entry").EnumerateArray().Select(e => e.GetProperty("resource"))
            .SelectMany(r => r.GetProperty("base").EnumerateArray().Select(b => $"{b.GetString()} {r.GetProperty("code").GetString()} {r.GetProperty("type").GetString()![0]}"))
            .ToHashSet();
        foreach (string line in EmbeddedText.Lines("params.txt"))
            foreach (string parameter in line.Split(' ').Skip(1))
                known.Should().Contain($"{line.Split(' ')[0]} {parameter.Split(':')[0]} {parameter.Split(':')[1]}");
    }

    private static Dictionary<string, string> TableElements()
    {
        Dictionary<string, string> elements = [];
        string type = "";
        foreach (string line in EmbeddedText.Lines("r4.txt"))
        {
            if (line[0] is 'D' or 'R' or 'B' or 'E') type = line[2..];
            else if (line[0] == ' ') elements.Add($"{type}.{line.Split(' ')[1]}", line[(line.IndexOf(' ', 1) + 1)..]);
        }
        return elements;
    }

    private static string Types(JsonElement definition, HashSet<string> parents, string open)
    {
        if (definition.TryGetProperty("contentReference", out JsonElement reference)) return "@" + reference.GetString()!.TrimStart('#');
        string types = string.Join(',', definition.GetProperty("type").EnumerateArray().Select(t => t.GetProperty("code").GetString())
            .Select(t => t!.StartsWith("http://hl7.org/fhirpath", StringComparison.Ordinal) ? "string" : t));
        if (types is "BackboneElement" or "Element" && parents.Contains(Path(definition))) return "@";
        return types == open && Path(definition).EndsWith("[x]", StringComparison.Ordinal) ? "*" : types;
    }

    private static string Binding(JsonElement definition, HashSet<string> sets)
    {
        if (!definition.TryGetProperty("binding", out JsonElement binding) || binding.GetProperty("strength").GetString() != "required") return "";
        string url = binding.GetProperty("valueSet").GetString()!.Split('|')[0];
        string name = url[(url.LastIndexOf('/') + 1)..];
        return sets.Contains(name) ? " " + name : "";
    }

    private static string Path(JsonElement definition) => definition.GetProperty("path").GetString()!;

    private static List<JsonElement> Lines(string name) => File.ReadLines(SharedData.Require("fhir-examples/r4-definitions/" + name))
        .Select(l => JsonDocument.Parse(l).RootElement.Clone()).ToList();
}
