using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HealthLedger.Faults.Series;

/// <summary>The table at the end: for the terminal and as Markdown it is the same, and the same as JSON.</summary>
internal static class FaultTable
{
    private static readonly string[] Head = ["fault", "what", "next commit", "after healing", "acked before", "acked after", "missing", "forks", "replicas equal", ""];

    /// <summary>The table with columns of one width each, which Markdown takes too.</summary>
    public static string Text(IReadOnlyList<FaultRow> rows)
    {
        string[][] cells = [Head, .. rows.Select(Cells)];
        int[] widths = [.. Enumerable.Range(0, Head.Length).Select(column => cells.Max(row => row[column].Length))];
        StringBuilder text = new();
        for (int i = 0; i < cells.Length; i++)
        {
            text.Append("| ").AppendJoin(" | ", cells[i].Select((cell, column) => column is >= 2 and <= 7 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).Append(" |\n");
            if (i == 0) text.Append('|').AppendJoin('|', widths.Select((width, column) => new string('-', width + 1) + (column is >= 2 and <= 7 ? ":" : "-"))).Append("|\n");
        }
        foreach (FaultRow row in rows)
            foreach (string wrong in row.Wrong) text.Append(CultureInfo.InvariantCulture, $"\nWRONG in {row.Name}: {wrong}");
        return text.ToString();
    }

    /// <summary>Writes <c>series.md</c> and <c>series.json</c>.</summary>
    public static void Write(string folder, IReadOnlyList<FaultRow> rows, JsonNode? load, int seed)
    {
        File.WriteAllText(Path.Combine(folder, "series.md"), Text(rows) + "\n");
        JsonObject json = new() { ["seed"] = seed, ["cores"] = Environment.ProcessorCount, ["rows"] = new JsonArray([.. rows.Select(row => (JsonNode)row.ToJson())]), ["load"] = load?.DeepClone() };
        File.WriteAllText(Path.Combine(folder, "series.json"), json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private static string[] Cells(FaultRow row) => row.Skipped is { } why
        ? [row.Name, $"skipped: needs {why}", "", "", "", "", "", "", "", ""]
        :
        [
            row.Name, row.What, Milliseconds(row.ToNextCommit), Milliseconds(row.AfterHealing), Number(row.AckedBefore), Number(row.AckedAfter), Number(row.Missing), Number(row.Forks),
            row.Equal ? "yes" : "NO", row.IsGood ? "" : "WRONG",
        ];

    private static string Milliseconds(long? time) => time is { } known ? Number(known) + " ms" : "-";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
