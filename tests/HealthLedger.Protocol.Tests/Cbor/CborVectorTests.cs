using System.Text.Json;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.TestMaterial;

namespace HealthLedger.Protocol.Tests.Cbor;

public class CborVectorTests
{
    [Fact]
    public void Everything_rfc_8949_appendix_f_calls_not_well_formed_is_refused()
    {
        using JsonDocument document = Load("cbor-not-well-formed/rfc8949-appendix-f.json");
        byte[][] items = [.. document.RootElement.GetProperty("items").EnumerateArray().Select(item => Convert.FromHexString(item.GetProperty("hex").GetString()!))];
        items.Length.Should().BeGreaterThan(50);
        foreach (byte[] item in items) Accepts(item, out _).Should().BeFalse(Convert.ToHexString(item));
    }

    [Fact]
    public void The_examples_of_rfc_7049_appendix_a_are_accepted_exactly_when_they_are_canonical_and_hold_no_float()
    {
        using JsonDocument document = Load("cbor-rfc7049-appendix-a/appendix_a.json");
        int accepted = 0, refused = 0;
        foreach (JsonElement vector in document.RootElement.EnumerateArray())
        {
            byte[] item = Convert.FromHexString(vector.GetProperty("hex").GetString()!);
            string hex = Convert.ToHexStringLower(item);
            // Not ours: floats (one of them under a tag), simple values, and what does not round-trip because its length is indefinite.
            bool foreign = !vector.GetProperty("roundtrip").GetBoolean() || (hex[0] is 'f' && hex is not ("f4" or "f5" or "f6")) || hex.StartsWith("c1fb", StringComparison.Ordinal);
            Accepts(item, out Fault fault).Should().Be(!foreign, $"{hex} {fault}");
            if (foreign) refused++;
            else accepted++;
        }
        accepted.Should().BeGreaterThan(40);
        refused.Should().BeGreaterThan(20);
    }

    [Theory]
    [InlineData("indefinite.json")]
    [InlineData("integer_range.json")]
    [InlineData("short_form.json")]
    [InlineData("utf8.json")]
    [InlineData("floats.json")]
    public void The_dasl_vectors_of_deterministic_cbor_are_judged_by_rfc_8949_less_floats(string file)
    {
        using JsonDocument document = Load($"cbor-deterministic-dasl/{file}");
        int judged = 0;
        foreach (JsonElement vector in document.RootElement.EnumerateArray())
        {
            string[] tags = [.. vector.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!)];
            if (!tags.Any(tag => tag is "basic" or "rfc8949" or "CDE")) continue;
            byte[] item = Convert.FromHexString(vector.GetProperty("data").GetString()!);
            bool wanted = vector.GetProperty("type").GetString() == "roundtrip" && item[0] < 0xf7;
            Accepts(item, out Fault fault).Should().Be(wanted, $"{vector.GetProperty("name")} {Convert.ToHexString(item)} {fault}");
            judged++;
        }
        judged.Should().BePositive();
    }

    [Fact]
    public void Of_the_dasl_vectors_of_numeric_reduction_none_is_ours_since_all_hold_floats()
    {
        using JsonDocument document = Load("cbor-deterministic-dasl/numeric_reduction.json");
        int refused = 0;
        foreach (JsonElement vector in document.RootElement.EnumerateArray())
        {
            Accepts(Convert.FromHexString(vector.GetProperty("data").GetString()!), out _).Should().BeFalse();
            refused++;
        }
        refused.Should().BePositive();
    }

    [Fact]
    public void The_dag_cbor_fixtures_without_floats_are_accepted_where_their_key_order_is_ours()
    {
        string folder = SharedData.Require("crypto-vectors/dag-cbor/fixtures");
        int accepted = 0, refused = 0;
        foreach (string file in Directory.EnumerateFiles(folder, "*.dag-cbor", SearchOption.AllDirectories))
        {
            string name = Path.GetFileName(Path.GetDirectoryName(file)!);
            // "array of specials" has no float left in it: they are written as integers, booleans and null.
            bool wanted = !name.StartsWith("float-", StringComparison.Ordinal) || name == "float-array_of_specials";
            Accepts(File.ReadAllBytes(file), out Fault fault).Should().Be(wanted, $"{name} {fault}");
            if (wanted) accepted++;
            else refused++;
        }
        accepted.Should().BeGreaterThan(30);
        refused.Should().BePositive();
    }

    [Fact]
    public void The_example_table_of_common_deterministic_encoding_is_judged_by_it_less_floats()
    {
        int accepted = 0, floats = 0, bad = 0;
        foreach (string line in File.ReadLines(SharedData.Require("crypto-vectors/cbor-cde/example-table-input.csv")))
        {
            // Kind, diagnostic notation (quoted where it holds commas), hexadecimal, description.
            string[] cells = System.Text.RegularExpressions.Regex.Split(line, ",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");
            if (cells.Length < 3 || cells[0] is not ("int" or "flt" or "bad")) continue;
            byte[] item = Convert.FromHexString(cells[2]);
            Accepts(item, out Fault fault).Should().Be(cells[0] == "int", $"{line} {fault}");
            if (cells[0] == "int") accepted++;
            else if (cells[0] == "flt") floats++;
            else bad++;
        }
        accepted.Should().BeGreaterThanOrEqualTo(22);
        floats.Should().BePositive();
        bad.Should().BeGreaterThanOrEqualTo(10);
    }

    private static bool Accepts(byte[] item, out Fault fault)
    {
        CborReader reader = new(item);
        reader.ReadEncoded();
        bool accepted = reader.End();
        fault = reader.Fault;
        return accepted;
    }

    private static JsonDocument Load(string path) => JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("crypto-vectors/" + path)));
}
