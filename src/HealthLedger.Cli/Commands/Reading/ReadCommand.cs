using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Names;
using HealthLedger.Cli.Shell;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Fhir.Json;
using HealthLedger.Fhir.Resources;
using HealthLedger.Fhir.Search;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using Spectre.Console;

namespace HealthLedger.Cli.Commands.Reading;

/// <summary><c>read</c>: asks for access in the ledger, has the records released, checks that none was left out, opens them.</summary>
internal static class ReadCommand
{
    private const int RowsShown = 100, RecordsMax = 256;

    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string?> patient = new("patient") { Description = "The patient: did, or id in the book; a patient's wallet means its own", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> type = new("--type") { Description = "Only resources of this FHIR type", HelpName = "TYPE" };
        Option<string?> code = new("--code") { Description = "Only these codes: code or system|code", HelpName = "CODE" };
        Option<string[]> where = new("--where") { Description = "A FHIR search parameter, for instance date=ge2020-01-01; needs --type", HelpName = "NAME=VALUE", AllowMultipleArgumentsPerToken = false };
        Option<string?> segments = new("--segments") { Description = "Ask for these segments only, comma-separated", HelpName = "LABELS" };
        Option<string?> purpose = new("--purpose") { Description = $"Why: {string.Join(", ", Words.Purposes)} (default: treatment; a patient: patient-request)", HelpName = "PURPOSE" };
        Option<string?> role = new("--role") { Description = $"In which role: {string.Join(", ", Words.Roles)} (default: clinician; a patient: patient)", HelpName = "ROLE" };
        Option<string?> person = new("--person") { Description = "Who reads; only the patient and the own organization can see it", HelpName = "NAME" };
        Option<bool> fhir = new("--fhir") { Description = "Print the resources as one FHIR Bundle instead of a table" };
        Option<bool> prove = new("--prove") { Description = "Verify the permit's receipt first, instead of believing the node" };
        LedgerCommand command = new("read", "Read a patient's records; the access stands in the ledger first, permitted or not",
            "read 4711 --as riverside --person \"Dr. Grey\"",
            "read did:healthledger:demo:ab... --type Observation --code 4548-4 --as oakwood",
            "read 4711 --type Observation --where date=ge2020-01-01 --where _sort=-date",
            "read --as ada --fhir > my-record.json")
        {
            Run = async call =>
            {
                if (!(await Actor.OpenAsync(call)).TryGet(out Actor? actor, out Fault fault) || !actor.PatientOf(call.Value(patient)).TryGet(out LedgerDid did, out fault)) return fault;
                bool own = actor.Patient is not null;
                if (!Words.PurposeOf(call.Value(purpose) ?? (own ? "patient-request" : "treatment")).TryGet(out Purpose why, out fault)) return fault;
                if (!Words.RoleOf(call.Value(role) ?? (own ? "patient" : "clinician")).TryGet(out Role role0, out fault)) return fault;
                if (!Query(call.Value(type), call.Value(code), call.Value(where) ?? []).TryGet(out SearchQuery? query, out fault)) return fault;
                Id16[]? asked = null;
                if (Words.List(call.Value(segments)) is { Length: > 0 } labels)
                {
                    if (!(await actor.Directory.GetAsync(did, call.Cancel)).TryGet(out PatientView? view, out fault)) return fault;
                    if (labels.FirstOrDefault(label => !view.ByLabel.ContainsKey(label)) is { } missing) return new Fault(FaultCode.LabelUnknown, $"No segment \"{missing}\" of the patient is known to {actor.Info.Name}.");
                    asked = [.. labels.Select(label => view.ByLabel[label].Segment)];
                }
                AccessRequest request = new() { Patient = did, Purpose = why, Role = role0, Person = call.Value(person) ?? $"cli:{actor.Info.Name}", Segments = asked };
                if (!(await actor.Reader.AccessAsync(request, call.Cancel)).TryGet(out Permit? permit, out fault)) return fault;
                return await OpenAsync(call, actor, permit, query, call.Value(fhir), call.Value(prove));
            },
        };
        command.Add(patient);
        foreach (Option option in new Option[] { type, code, where, segments, purpose, role, person, fhir, prove }) command.Add(option);
        return command;
    }

    // Manifests first; contents only of what matches and is printed.
    private static async Task<Result<Answer>> OpenAsync(Call call, Actor actor, Permit permit, SearchQuery? query, bool fhir, bool prove)
    {
        if (!(await actor.Reader.OpenAsync(permit, new OpenOptions { WantContent = false, ProvePermit = prove }, call.Cancel)).TryGet(out OpenedRecords? opened, out Fault fault)) return fault;
        Dictionary<IndexRecord, OpenedRecord> byIndex = new(ReferenceEqualityComparer.Instance);
        HashSet<Hash32> superseded = [.. opened.Records.Where(record => record.Amends is not null).Select(record => record.Amends!.Value)];
        foreach (OpenedRecord record in opened.Records)
        {
            if (record.Retracted || superseded.Contains(record.RecordId)) continue;
            if (!IndexBytes.TryRead(record.Manifest.Span, out IndexRecord? index)) return new Fault(FaultCode.FhirMalformed, "A record's manifest is not one of this software's.");
            byIndex.Add(index with { LastUpdated = record.Time }, record);
        }
        IReadOnlyList<IndexRecord> matches = query is null ? [.. byIndex.Keys.OrderBy(index => index.Type, StringComparer.Ordinal).ThenBy(index => index.ClinicalTime?.From ?? 0)] : query.Evaluate(byIndex.Keys);
        Dictionary<Hash32, ReadOnlyMemory<byte>> contents = [];
        foreach (Hash32[] chunk in matches.Take(fhir || call.IsJson ? int.MaxValue : RowsShown).Select(index => byIndex[index].RecordId).Chunk(RecordsMax))
        {
            if (!(await actor.Reader.OpenAsync(permit, new OpenOptions { Records = chunk }, call.Cancel)).TryGet(out OpenedRecords? full, out fault)) return fault;
            foreach (OpenedRecord record in full.Records) contents[record.RecordId] = record.Content!.Value;
        }
        if (fhir) return Bundle(matches, byIndex, contents);
        JsonObject json = new()
        {
            ["patient"] = permit.Patient.ToString(), ["permit"] = $"{permit.StatementId}/{permit.Index}", ["authority"] = permit.Outcome.Reason is { } reason ? FaultTable.Text(reason) : null,
            ["time"] = Words.Instant(permit.Time), ["opened"] = opened.Records.Count,
            ["records"] = new JsonArray([.. matches.Select(index => (JsonNode)new JsonObject
            {
                ["record"] = byIndex[index].RecordId.ToString(), ["segment"] = byIndex[index].Label, ["author"] = byIndex[index].Author.ToString(), ["time"] = Words.Instant(byIndex[index].Time),
                ["resource"] = contents.TryGetValue(byIndex[index].RecordId, out ReadOnlyMemory<byte> bytes) ? JsonNode.Parse(bytes.Span) : null,
            })]),
        };
        return new Answer(json, console => Print(console, actor, permit, opened, matches, byIndex, contents));
    }

    private static void Print(IAnsiConsole console, Actor actor, Permit permit, OpenedRecords opened, IReadOnlyList<IndexRecord> matches, Dictionary<IndexRecord, OpenedRecord> byIndex,
        Dictionary<Hash32, ReadOnlyMemory<byte>> contents)
    {
        string authority = permit.Outcome.Reason is { } reason ? FaultTable.Row(reason).Sentence : "";
        console.WriteLine($"{authority} {opened.Records.Count} records opened, the list is complete; {matches.Count} match.");
        Table table = new Table().RoundedBorder().AddColumns("Date", "Type", "What", "Status", "Segment", "Author");
        foreach (IndexRecord index in matches.Take(RowsShown))
        {
            OpenedRecord record = byIndex[index];
            table.AddRow(
                index.ClinicalTime is { } time ? Words.Time(time.From)[..10] : "", Markup.Escape(index.Type),
                Markup.Escape(ResourceText.Of(contents[record.RecordId])), Markup.Escape(index.Status ?? ""),
                Markup.Escape(record.Label ?? ""), Markup.Escape(Names.Organizations.NameOf(actor.Client.Network, record.Author)));
        }
        console.Write(table);
        if (matches.Count > RowsShown) console.WriteLine($"... and {matches.Count - RowsShown} more; --fhir or --json prints all.");
        console.WriteLine($"The access stands in the ledger: {permit.StatementId}/{permit.Index} at {Words.Time(permit.Time)}.");
    }

    private static Result<Answer> Bundle(IReadOnlyList<IndexRecord> matches, Dictionary<IndexRecord, OpenedRecord> byIndex, Dictionary<Hash32, ReadOnlyMemory<byte>> contents)
    {
        List<(string?, FhirResource)> resources = [];
        foreach (IndexRecord index in matches)
        {
            if (FhirJson.Parse(contents[byIndex[index].RecordId]).Resource is not { } resource) return new Fault(FaultCode.FhirMalformed, "A record's content is not a FHIR resource.");
            resources.Add((null, resource));
        }
        byte[] bundle = Bundles.Collection(resources).ToUtf8Bytes();
        return new Answer(JsonNode.Parse(bundle)!, console => console.WriteLine(JsonNode.Parse(bundle)!.ToJsonString(FaultPrinter.Indented)));
    }

    private static Result<SearchQuery?> Query(string? type, string? code, string[] where)
    {
        if (type is null) return code is null && where.Length == 0 ? Result<SearchQuery?>.Ok(null) : new Fault(FaultCode.UsageWrong, "--code and --where need --type.");
        List<KeyValuePair<string, string>> pairs = code is null ? [] : [new(type == "Immunization" ? "vaccine-code" : "code", code)];
        foreach (string condition in where)
        {
            int equals = condition.IndexOf('=');
            if (equals < 1) return new Fault(FaultCode.UsageWrong, "--where is NAME=VALUE.");
            pairs.Add(new(condition[..equals], condition[(equals + 1)..]));
        }
        SearchParse parse = SearchQuery.Parse(type, pairs);
        return parse.Query ?? (Result<SearchQuery?>)new Fault(FaultCode.SearchUnfit, parse.Issues[0].Diagnostics);
    }
}
