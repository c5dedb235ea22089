using System.IO.Enumeration;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Import;

/// <summary>Finds the files that paths, folders and patterns name.</summary>
internal static class InputFiles
{
    /// <summary>True for a file of one resource a line.</summary>
    public static bool IsLines(string file) => file.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);

    /// <summary>The units of an import, in the order of their names; each file once.</summary>
    /// <param name="paths">Files, folders (with all below), or patterns with * and ? in the last part.</param>
    /// <param name="source">The base of resources that have an id and no fullUrl.</param>
    public static Result<IReadOnlyList<ImportUnit>> Units(IReadOnlyList<string> paths, string source)
    {
        SortedSet<string> files = new(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            if (File.Exists(path)) files.Add(path);
            else if (Directory.Exists(path)) files.UnionWith(Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsFhir));
            else if (!AddPattern(path, files)) return new Fault(FaultCode.FileUnusable, $"There is no file or folder {path}.");
        }
        if (files.Count == 0) return new Fault(FaultCode.FileUnusable, "There is no .json or .ndjson file under these paths.");
        List<ImportUnit> units = [.. files.Where(file => !IsLines(file)).Select(file => new ImportUnit([file], source))];
        units.AddRange(files.Where(IsLines).GroupBy(Path.GetDirectoryName).Select(folder => new ImportUnit([.. folder], source)));
        return units;
    }

    private static bool AddPattern(string path, SortedSet<string> files)
    {
        string name = Path.GetFileName(path), folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        if (name.AsSpan().IndexOfAny('*', '?') < 0 || !Directory.Exists(folder)) return false;
        string[] found = [.. Directory.EnumerateFiles(folder).Where(file => FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(file), ignoreCase: false))];
        files.UnionWith(found);
        return found.Length > 0;
    }

    private static bool IsFhir(string file) => file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || IsLines(file);
}
