using System.Collections.Frozen;
using System.Reflection;
using System.Text;

namespace HealthLedger.Protocol.Errors;

/// <summary>One row of the table of faults.</summary>
public sealed record FaultRow(FaultCode Code, string Name, string Sentence, int HttpStatus, string IssueType, int ExitCode);

/// <summary>The one table of everything that can be refused, read once from <see cref="FaultCode"/>.</summary>
public static class FaultTable
{
    private static readonly FrozenDictionary<FaultCode, FaultRow> ByCode = Read().ToFrozenDictionary(row => row.Code);

    /// <summary>All rows, ascending by code.</summary>
    public static IReadOnlyList<FaultRow> Rows { get; } = [.. ByCode.Values.OrderBy(row => row.Code)];

    /// <summary>The row of a code.</summary>
    /// <exception cref="KeyNotFoundException">The code is <see cref="FaultCode.None"/> or was never defined.</exception>
    public static FaultRow Row(FaultCode code) => ByCode[code];

    /// <summary>The stable text of a code, <c>HL-nnnn</c>.</summary>
    public static string Text(FaultCode code) => $"HL-{(int)code:D4}";

    /// <summary>The table as the Markdown page <c>ERRORS.md</c>.</summary>
    public static string Markdown()
    {
        StringBuilder page = new();
        page.Append("# Errors\n\nEvery refusal has one stable code. The table is `Errors/FaultCode.cs`; a test keeps this page equal to it\n");
        page.Append("(run it with `HEALTHLEDGER_WRITE_PAGES=1` to write the page anew). Numbers are never reused.\n\n");
        page.Append("| code | name | meaning | HTTP | FHIR issue | exit |\n|---|---|---|---|---|---|\n");
        foreach (FaultRow row in Rows)
            page.Append($"| {Text(row.Code)} | {row.Name} | {row.Sentence} | {row.HttpStatus} | {row.IssueType} | {row.ExitCode} |\n");
        return page.ToString();
    }

    private static IEnumerable<FaultRow> Read() =>
        from field in typeof(FaultCode).GetFields(BindingFlags.Public | BindingFlags.Static)
        let refusal = field.GetCustomAttribute<RefusalAttribute>()
        where refusal is not null
        select new FaultRow((FaultCode)field.GetValue(null)!, field.Name, refusal.Sentence, refusal.HttpStatus, refusal.IssueType, refusal.ExitCode);
}
