using System.Runtime.CompilerServices;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Tests.Errors;

public class FaultTableTests
{
    private static readonly string[] IssueTypes =
    [
        "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown", "expired", "forbidden", "suppressed",
        "processing", "not-supported", "duplicate", "multiple-matches", "not-found", "deleted", "too-long", "code-invalid", "extension",
        "too-costly", "business-rule", "conflict", "transient", "lock-error", "no-store", "exception", "timeout", "incomplete", "throttled",
        "informational",
    ];

    [Fact]
    public void Every_code_has_a_row_and_the_row_has_values_that_its_readers_know()
    {
        FaultTable.Rows.Select(row => row.Code).Should().Equal(Enum.GetValues<FaultCode>().Where(code => code != FaultCode.None));
        foreach (FaultRow row in FaultTable.Rows)
        {
            ((int)row.Code).Should().BeInRange(1000, 8999, row.Name);
            row.HttpStatus.Should().BeInRange(200, 599, row.Name);
            IssueTypes.Should().Contain(row.IssueType, row.Name);
            row.ExitCode.Should().BeInRange(row.HttpStatus == 200 ? 0 : 1, 125, row.Name);
            row.Sentence.Should().EndWith(".", row.Name);
        }
    }

    [Fact]
    public void The_page_is_the_table()
    {
        string page = Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "src", "HealthLedger.Protocol", "ERRORS.md");
        if (Environment.GetEnvironmentVariable("HEALTHLEDGER_WRITE_PAGES") == "1") File.WriteAllText(page, FaultTable.Markdown());
        File.ReadAllText(page).Should().Be(FaultTable.Markdown(), "ERRORS.md is written anew with HEALTHLEDGER_WRITE_PAGES=1");
    }

    [Fact]
    public void A_fault_prints_its_code_and_its_sentence() =>
        new Fault(FaultCode.CborNotCanonical, "Keys are out of order.").ToString().Should().Be("HL-1002: Keys are out of order.");

    [Fact]
    public void A_result_is_a_value_or_a_fault()
    {
        Result<int> good = 7, bad = new Fault(FaultCode.FormatValue, "No.");
        good.IsOk.Should().BeTrue();
        good.Value.Should().Be(7);
        bad.TryGet(out _, out Fault fault).Should().BeFalse();
        fault.Code.Should().Be(FaultCode.FormatValue);
        bad.Invoking(result => result.Value).Should().Throw<InvalidOperationException>();
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
