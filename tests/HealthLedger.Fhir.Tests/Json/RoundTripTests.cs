using FsCheck;
using FsCheck.Fluent;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Tests.Support;

namespace HealthLedger.Fhir.Tests.Json;

public class RoundTripTests
{
    private static readonly Gen<string> Text = ArbMap.Default.GeneratorFor<string>()
        .Select(s => new string((s ?? "").Where(c => !char.IsSurrogate(c)).ToArray()) + (s?.Length % 3 == 0 ? "😀\u0000\"\\\u2028" : ""));

    private static readonly Gen<FhirNode> Leaf = Gen.OneOf(
        Text.Select(FhirNode (s) => FhirValue.String(s)),
        ArbMap.Default.GeneratorFor<long>().Select(FhirNode (n) => FhirValue.Number(n)),
        ArbMap.Default.GeneratorFor<decimal>().Select(FhirNode (n) => FhirValue.Number(n)),
        Gen.Elements<FhirNode>(FhirValue.True, FhirValue.False, FhirValue.Null));

    [Fact]
    public void What_is_written_parses_to_the_same_value() =>
        Prop.ForAll(Node(4).ToArbitrary(), node =>
        {
            byte[] written = FhirJson.Write(node);
            JsonParse parse = FhirJson.ParseValue(written);
            return parse.Issue is null && FhirNode.DeepEquals(node, parse.Node) && FhirJson.Write(parse.Node).AsSpan().SequenceEqual(written);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_single_byte_change_parses_or_is_refused_but_never_throws()
    {
        byte[] original = """{"resourceType":"Observation","id":"a","valueQuantity":{"value":1.50,"unit":"é\n"},"_x":[null,{"a":-1e+5}]}"""u8.ToArray();
        for (int at = 0; at < original.Length; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] changed = (byte[])original.Clone();
                changed[at] = (byte)value;
                JsonParse parse = FhirJson.ParseValue(changed);
                (parse.Node is null).Should().Be(parse.Issue is not null);
                if (parse.Node is not null) FhirJson.ParseValue(FhirJson.Write(parse.Node)).Issue.Should().BeNull();
            }
        }
    }

    [Theory]
    [InlineData("1.00")]
    [InlineData("-0")]
    [InlineData("-0.0")]
    [InlineData("1E+2")]
    [InlineData("1e400")]
    [InlineData("123456789012345678901234567890.123456789")]
    public void A_number_comes_back_as_it_was_written(string number) =>
        System.Text.Encoding.ASCII.GetString(FhirJson.Write(FhirJson.ParseValue(System.Text.Encoding.ASCII.GetBytes(number)).Node!))
            .Should().Be(number);

    [Theory]
    [InlineData("fhir-synthea/microsoft")]
    [InlineData("fhir-examples/r4-core")]
    [InlineData("fhir-examples/ips-2.0.0")]
    public void Published_resources_come_back_equal_in_every_value(string folder)
    {
        foreach ((string name, byte[] utf8) in Corpus.Resources(folder))
        {
            byte[] written = FhirJson.Parse(utf8).Resource!.ToUtf8Bytes();
            using System.Text.Json.JsonDocument before = System.Text.Json.JsonDocument.Parse(utf8);
            using System.Text.Json.JsonDocument after = System.Text.Json.JsonDocument.Parse(written);
            Same(before.RootElement, after.RootElement).Should().BeTrue(name);
        }
    }

    [Fact]
    public void A_byte_order_mark_is_skipped_once()
    {
        FhirJson.ParseValue("\uFEFF{}"u8).Issue.Should().BeNull();
        FhirJson.ParseValue("\uFEFF\uFEFF{}"u8).Issue.Should().NotBeNull();
    }

    [Fact]
    public void Changes_leave_the_original_alone()
    {
        FhirResource one = FhirJson.Parse("""{"resourceType":"Patient","meta":{"profile":["p"]},"active":true}"""u8).Resource!;
        FhirResource two = one.WithId("x").WithVersion("3", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        one.Id.Should().BeNull();
        System.Text.Encoding.UTF8.GetString(two.ToUtf8Bytes()).Should().Be(
            """{"resourceType":"Patient","id":"x","meta":{"profile":["p"],"versionId":"3","lastUpdated":"2026-01-02T03:04:05.000Z"},"active":true}""");
        two.WithId(null).WithMeta(null).Root.Members.Select(m => m.Name).Should().Equal("resourceType", "active");
    }

    private static Gen<FhirNode> Node(int depth) => depth == 0 ? Leaf : Gen.OneOf(
        Leaf,
        Gen.ListOf(Node(depth - 1)).Select(FhirNode (items) => FhirArray.Of(items.Take(5))),
        Gen.ListOf(Text.Where(t => t.Length < 30).SelectMany(_ => Node(depth - 1), (name, value) => new FhirMember(name, value)))
            .Select(FhirNode (members) => FhirObject.Of(members.DistinctBy(m => m.Name).Take(20))));

    /// <summary>Equal by another parser, numbers by their text.</summary>
    private static bool Same(System.Text.Json.JsonElement a, System.Text.Json.JsonElement b)
    {
        if (a.ValueKind != b.ValueKind) return false;
        return a.ValueKind switch
        {
            System.Text.Json.JsonValueKind.Object => a.EnumerateObject().Zip(b.EnumerateObject())
                .All(p => p.First.Name == p.Second.Name && Same(p.First.Value, p.Second.Value))
                && a.EnumerateObject().Count() == b.EnumerateObject().Count(),
            System.Text.Json.JsonValueKind.Array => a.GetArrayLength() == b.GetArrayLength()
                && a.EnumerateArray().Zip(b.EnumerateArray()).All(p => Same(p.First, p.Second)),
            System.Text.Json.JsonValueKind.String => a.GetString() == b.GetString(),
            _ => a.GetRawText() == b.GetRawText(),
        };
    }
}
