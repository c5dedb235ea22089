using System.Collections.Frozen;

namespace HealthLedger.Fhir.Structure;

/// <summary>
/// The facts of R4 that the structural check needs, read once from the embedded table <c>r4.txt</c> (its head explains
/// the format, the README of this project where it comes from).
/// </summary>
internal sealed class R4Table
{
    private static readonly Lazy<R4Table> Loaded = new(() => new R4Table(EmbeddedText.Lines("r4.txt")));

    private readonly Dictionary<string, TypeModel> types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PrimitiveType> primitives = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CodeSet> codeSets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[][]> compartment = new(StringComparer.Ordinal);
    private string[] openTypes = [];

    private R4Table(IReadOnlyList<string> lines)
    {
        foreach (string line in lines) Declare(line);
        TypeModel current = null!;
        foreach (string line in lines)
        {
            if (line[0] is 'D' or 'R' or 'B' or 'E') current = Begin(types[line[2..]]);
            else if (line[0] == ' ') AddElement(current, line[1..].Split(' '));
        }
        (Extension, Reference, BundleEntry) = (types["Extension"], types["Reference"], types["Bundle.entry"]);
        Resources = types.Values.Where(t => t.IsResource).ToFrozenDictionary(t => t.Path, StringComparer.Ordinal);
    }

    /// <summary>The table.</summary>
    public static R4Table Instance => Loaded.Value;

    /// <summary>The resource types.</summary>
    public FrozenDictionary<string, TypeModel> Resources { get; }

    /// <summary>The type of extensions.</summary>
    public TypeModel Extension { get; }

    /// <summary>The type of references.</summary>
    public TypeModel Reference { get; }

    /// <summary>The type of a Bundle's entries.</summary>
    public TypeModel BundleEntry { get; }

    /// <summary>The paths of a resource type that put it into a patient's compartment; null when it is in none.</summary>
    public string[][]? CompartmentPaths(string resourceType) => compartment.GetValueOrDefault(resourceType);

    private void Declare(string line)
    {
        switch (line[0])
        {
            case 'P':
                foreach (string name in line[2..].Split(','))
                    primitives.Add(name, Enum.Parse<PrimitiveType>(name, ignoreCase: true));
                break;
            case 'X':
                openTypes = line[2..].Split(',');
                break;
            case 'D' or 'R' or 'B' or 'E':
                types.Add(line[2..], new TypeModel(line[2..], line[0] switch
                {
                    'D' => TypeKind.DomainResource,
                    'R' => TypeKind.Resource,
                    'B' => TypeKind.Backbone,
                    _ => TypeKind.Element,
                }));
                break;
            case 'V':
                string[] parts = line.Split(' ');
                if (!codeSets.TryGetValue(parts[1], out CodeSet? set)) codeSets.Add(parts[1], set = new CodeSet());
                set.Add(parts[2], parts[3..]);
                break;
            case 'C':
                string[] paths = line.Split(' ');
                compartment.Add(paths[1], paths[2..].Select(p => p.Split('.')).ToArray());
                break;
        }
    }

    private TypeModel Begin(TypeModel type)
    {
        if (type.IsResource)
        {
            AddElement(type, ["id", "01", "id"]);
            AddElement(type, ["meta", "01", "Meta"]);
            AddElement(type, ["implicitRules", "01", "uri"]);
            AddElement(type, ["language", "01", "code"]);
        }
        else
        {
            AddElement(type, ["id", "01", "string"]);
        }
        if (type.Kind is TypeKind.DomainResource)
        {
            AddElement(type, ["text", "01", "Narrative"]);
            AddElement(type, ["contained", "0*", "Resource"]);
        }
        if (type.Kind is not TypeKind.Resource) AddElement(type, ["extension", "0*", "Extension"]);
        if (type.Kind is TypeKind.DomainResource or TypeKind.Backbone)
            AddElement(type, ["modifierExtension", "0*", "Extension"]);
        return type;
    }

    private void AddElement(TypeModel type, string[] parts)
    {
        (string name, string cardinality, string typeList) = (parts[0], parts[1], parts[2]);
        CodeSet? codes = parts.Length > 3 ? codeSets[parts[3]] : null;
        bool isChoice = name.EndsWith("[x]", StringComparison.Ordinal);
        if (isChoice) name = name[..^3];
        ElementModel element = new(name, type.ElementCount++, cardinality[1] == '*', isChoice);
        if (cardinality[0] == '1') type.Required.Add(element);
        foreach (string of in typeList == "*" ? openTypes : typeList.Split(','))
        {
            string property = isChoice ? name + char.ToUpperInvariant(of[0]) + of[1..] : name;
            if (primitives.TryGetValue(of, out PrimitiveType primitive))
            {
                type.Properties.Add(property, new PropertyModel(element, primitive, null, codes, IsSibling: false));
                type.Properties.Add("_" + property, new PropertyModel(element, primitive, null, null, IsSibling: true));
                continue;
            }
            TypeModel? holds = of switch
            {
                "@" => types[$"{type.Path}.{name}"],
                "Resource" => null,
                _ when of[0] == '@' => types[of[1..]],
                _ when types.TryGetValue(of, out TypeModel? known) && !known.IsResource => known,
                _ => null,
            };
            type.Properties.Add(property, new PropertyModel(element, null, holds, codes, IsSibling: false));
        }
    }
}
