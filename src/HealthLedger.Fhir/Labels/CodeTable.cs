namespace HealthLedger.Fhir.Labels;

/// <summary>The codes of <c>codes.txt</c>: exact ones by hash, ICD-10 ranges by trying shorter and shorter starts.</summary>
internal sealed class CodeTable
{
    /// <summary>What the table calls a label that restricts without naming a matter.</summary>
    public const string Restricted = "restricted";

    private const string IcdOid = "urn:oid:2.16.840.1.113883.6.3";
    private const string IcdCmOid = "urn:oid:2.16.840.1.113883.6.90";

    private static readonly Lazy<CodeTable> Loaded = new(() => new CodeTable());

    private readonly Dictionary<string, Dictionary<string, string>> systems = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> prefixes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> categories = new(StringComparer.Ordinal);

    private CodeTable()
    {
        foreach (string line in EmbeddedText.Lines("codes.txt"))
        {
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (string code in parts.Skip(2)) Add(parts[0], parts[1], code);
        }
    }

    /// <summary>The table.</summary>
    public static CodeTable Instance => Loaded.Value;

    /// <summary>The segment of a coding, or null when the table says nothing of it.</summary>
    public string? Find(string? system, string code)
    {
        if (system is null) return null;
        if (systems.TryGetValue(system, out Dictionary<string, string>? codes))
            return codes.TryGetValue(code, out string? exact) ? exact : IsIcd(system) ? ByPrefix(code) : null;
        return IsIcd(system) ? ByPrefix(code) : null;
    }

    /// <summary>The segment of a category code of any system, or null.</summary>
    public string? Category(string code) => categories.GetValueOrDefault(code);

    private void Add(string segment, string system, string code)
    {
        if (system == "cat")
        {
            categories.Add(code, segment);
            return;
        }
        if (code[^1] == '*')
        {
            prefixes.Add(code[..^1], segment);
            return;
        }
        foreach (string uri in Uris(system))
        {
            if (!systems.TryGetValue(uri, out Dictionary<string, string>? codes))
                systems.Add(uri, codes = new Dictionary<string, string>(StringComparer.Ordinal));
            codes.Add(code, segment);
        }
    }

    private string? ByPrefix(string code)
    {
        for (int length = Math.Min(code.Length, 6); length >= 2; length--)
            if (prefixes.TryGetValue(code[..length], out string? segment)) return segment;
        return null;
    }

    private static bool IsIcd(string system) => system.Contains("icd-10", StringComparison.Ordinal) || system is IcdOid or IcdCmOid;

    /// <summary>The names under which a system is met: its URI, older ones, its OID.</summary>
    private static string[] Uris(string system) => system switch
    {
        "act" => ["http://terminology.hl7.org/CodeSystem/v3-ActCode", "http://hl7.org/fhir/v3/ActCode", "urn:oid:2.16.840.1.113883.5.4"],
        "sct" => ["http://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96"],
        "loinc" => ["http://loinc.org", "urn:oid:2.16.840.1.113883.6.1"],
        "rx" => ["http://www.nlm.nih.gov/research/umls/rxnorm", "urn:oid:2.16.840.1.113883.6.88"],
        "icd" => ["http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm", IcdOid, IcdCmOid],
        _ => throw new InvalidOperationException($"codes.txt names a system '{system}' that is not known."),
    };
}
