using System.Reflection;

namespace HealthLedger.Fhir;

/// <summary>Reads the tables that are part of this assembly.</summary>
internal static class EmbeddedText
{
    /// <summary>The lines of a table without comments and empty lines.</summary>
    public static IReadOnlyList<string> Lines(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The table {name} is missing from this assembly.");
        using StreamReader reader = new(stream);
        List<string> lines = [];
        while (reader.ReadLine() is { } line)
            if (line.Length > 0 && line[0] != '#') lines.Add(line);
        return lines;
    }
}
