using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Tests.World;
using HealthLedger.TestMaterial;

namespace HealthLedger.Gateway.Tests.Fhir;

public sealed class RoundTripTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    [Theory]
    [InlineData("fhir-synthea/sofh-2019/Agustín_Fonseca_cb5696d9-a0de-4f49-94f9-433f96a28eb0.json", true)]
    [InlineData("fhir-synthea/google-2021/Bob965_Keeling57_3f6fd0bb-6cd3-eb3f-4401-cd38ace25f2b.json", false)]
    [InlineData("fhir-synthea/stanford-2023/Milagros256_Hills818_79b1d90a-0eaf-be78-9bbf-91c638626012.json", false)]
    public async Task Everything_that_went_in_comes_back_as_it_was(string file, bool strict)
    {
        byte[] bytes = await File.ReadAllBytesAsync(SharedData.Require(file));
        FhirClient hospital = await world.ClientAsync();
        FhirReply reply = await hospital.SendAsync(HttpMethod.Post, "", System.Text.Encoding.UTF8.GetString(bytes), strict ? [] : [("Prefer", "handling=lenient")]);
        reply.Status.Should().Be(200, reply.Text[..Math.Min(2000, reply.Text.Length)]);
        FhirNode[] sent = [.. FhirJson.Parse(bytes).Resource!.Root["entry"]!.AsArray!.Items];
        Dictionary<string, string> ids = [];
        Dictionary<string, FhirObject> expected = [];
        for (int i = 0; i < sent.Length; i++)
        {
            reply.Entries[i]["response"]!["status"]!.GetValue<string>().Should().Be("201 Created", reply.Entries[i].ToJsonString());
            string reference = reply.Entries[i]["response"]!["location"]!.GetValue<string>().Split("/_history")[0];
            ids[sent[i].AsObject!.Text("fullUrl")!] = reference;
            expected[reference] = sent[i].AsObject!.Object("resource")!;
        }

        string patient = ids.Values.Single(reference => reference.StartsWith("Patient/", StringComparison.Ordinal));
        FhirReply everything = await hospital.GetAsync($"{patient}/$everything");
        everything.Status.Should().Be(200, everything.Text[..Math.Min(2000, everything.Text.Length)]);
        everything.LinkTo("next").Should().BeNull();
        FhirResource back = FhirJson.Parse(System.Text.Encoding.UTF8.GetBytes(everything.Text)).Resource!;
        HashSet<string> seen = [];
        foreach (FhirNode entry in back.Root["entry"]!.AsArray!.Items)
        {
            FhirResource resource = FhirResource.From(entry.AsObject!.Object("resource"))!;
            string reference = $"{resource.Type}/{resource.Id}";
            seen.Add(reference).Should().BeTrue("each resource comes once");
            if (!expected.TryGetValue(reference, out FhirObject? original)) continue;
            FhirObject was = Plain(Rewrite(original, ids)), now = Plain(resource.Root);
            FhirNode.DeepEquals(was, now).Should().BeTrue($"{reference}:\n{Text(was)}\n{Text(now)}");
        }
        string[] missing = [.. expected.Keys.Except(seen)];
        missing.Where(reference => !IsUnreferenced(reference, back)).Should().BeEmpty();
        seen.Should().Contain(patient).And.HaveCountGreaterThan(sent.Length / 2);
    }

    // A shared resource that nothing of the patient's refers to is not part of the record.
    private static bool IsUnreferenced(string reference, FhirResource bundle) => !Text(bundle.Root).Contains($"\"reference\":\"{reference}\"", StringComparison.Ordinal);

    private static string Text(FhirNode node) => System.Text.Encoding.UTF8.GetString(FhirJson.Write(node));

    private static FhirObject Plain(FhirObject root)
    {
        FhirObject without = root.Without("id");
        if (without.Object("meta") is not { } meta) return without;
        FhirObject rest = meta.Without("versionId").Without("lastUpdated");
        return rest.Count == 0 ? without.Without("meta") : without.With("meta", rest);
    }

    private static FhirObject Rewrite(FhirObject node, Dictionary<string, string> ids) =>
        FhirObject.Of(node.Members.Select(member => new FhirMember(member.Name, member.Name == "reference" ? Refer(member.Value, ids) : Rewrite(member.Value, ids))));

    private static FhirNode Refer(FhirNode value, Dictionary<string, string> ids) => value.AsString is { } text && ids.TryGetValue(text, out string? reference) ? FhirValue.String(reference) : Rewrite(value, ids);

    private static FhirNode Rewrite(FhirNode node, Dictionary<string, string> ids) => node switch
    {
        FhirObject inner when inner.Text("reference") is { } reference && reference.Contains("?identifier=") => Logical(inner, reference),
        FhirObject inner => Rewrite(inner, ids),
        FhirArray array => FhirArray.Of(array.Items.Select(item => Rewrite(item, ids))),
        _ => node,
    };

    // What the import could not resolve is kept by identifier.
    private static FhirObject Logical(FhirObject reference, string text)
    {
        string[] token = Uri.UnescapeDataString(text[(text.IndexOf('=') + 1)..]).Split('|');
        FhirObject identifier = FhirObject.Of(new FhirMember("system", FhirValue.String(token[0])), new FhirMember("value", FhirValue.String(token[1])));
        return FhirObject.Of(new[] { new FhirMember("type", FhirValue.String(text[..text.IndexOf('?')])), new FhirMember("identifier", identifier) }.Concat(reference.Without("reference").Members));
    }
}
