using HealthLedger.TestMaterial;

namespace HealthLedger.Fhir.Tests.Support;

/// <summary>The public FHIR files beside the repository, one resource at a time.</summary>
internal static class Corpus
{
    /// <summary>Every resource of a folder: .json files whole, .ndjson files by line, with a name for messages.</summary>
    public static IEnumerable<(string Name, byte[] Utf8)> Resources(string folder)
    {
        string root = SharedData.Require(folder);
        foreach (string file in Directory.EnumerateFiles(root, "*.*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(root, file);
            if (file.EndsWith(".json", StringComparison.Ordinal)) yield return (name, File.ReadAllBytes(file));
            if (!file.EndsWith(".ndjson", StringComparison.Ordinal) || name.EndsWith("log.ndjson", StringComparison.Ordinal)) continue;
            int line = 0;
            foreach (string text in File.ReadLines(file))
                if (text.Length > 0) yield return ($"{name}:{++line}", System.Text.Encoding.UTF8.GetBytes(text));
        }
    }
}
