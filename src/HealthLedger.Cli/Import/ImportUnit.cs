using HealthLedger.Fhir.Json;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Import;

/// <summary>Where a resource stands in the input.</summary>
/// <param name="File">The file.</param>
/// <param name="Position">The entry of the Bundle, or the line, from 1.</param>
/// <param name="Name">Type and id as they were written.</param>
internal sealed record InputPlace(string File, int Position, string Name);

/// <summary>What a unit holds: one Bundle to be planned, the place of each of its entries, and what could not be read.</summary>
/// <param name="Bundle">A collection whose entries are all to be created.</param>
/// <param name="Places">By entry.</param>
/// <param name="Unread">What is no FHIR resource.</param>
internal sealed record UnitContent(FhirResource Bundle, IReadOnlyList<InputPlace> Places, IReadOnlyList<UnreadPlace> Unread);

/// <summary>Something in the input that could not be read.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Fault">Why.</param>
/// <param name="IsResource">False for JSON that does not claim to be a FHIR resource.</param>
internal sealed record UnreadPlace(InputPlace Place, Fault Fault, bool IsResource = true);

/// <summary>
/// What is planned together, so that references within it resolve: one JSON file, or all NDJSON files of a folder. Read anew for each pass; only one
/// unit a worker is in memory.
/// </summary>
/// <param name="files">One JSON file, or NDJSON files of one folder.</param>
/// <param name="source">The base of resources that have an id and no fullUrl.</param>
internal sealed class ImportUnit(IReadOnlyList<string> files, string source)
{
    private const long FileBytesMax = 1L << 30;
    private static readonly FhirLimits Limits = new() { MaxBytes = 256 << 20, MaxNodes = 20_000_000 };

    /// <summary>What people call it.</summary>
    public string Name => files.Count == 1 ? files[0] : Path.GetDirectoryName(files[0]) is { Length: > 0 } folder ? folder : ".";

    /// <summary>Reads everything.</summary>
    public UnitContent Read()
    {
        List<(InputPlace Place, FhirObject Entry)> entries = [];
        List<UnreadPlace> unread = [];
        foreach (string file in files)
        {
            if (new FileInfo(file).Length > FileBytesMax)
            {
                unread.Add(new UnreadPlace(new InputPlace(file, 0, ""), new Fault(FaultCode.FormatLimit, "A file of an import has at most 1 GiB.")));
                continue;
            }
            byte[] bytes = File.ReadAllBytes(file);
            if (InputFiles.IsLines(file)) ReadLines(file, bytes, entries, unread);
            else ReadWhole(file, bytes, entries, unread);
        }
        FhirObject bundle = ObjectBuilder.Resource("Bundle").Add("type", "collection").AddAll("entry", entries.Select(pair => pair.Entry)).Build();
        return new UnitContent(FhirResource.From(bundle)!, [.. entries.Select(pair => pair.Place)], unread);
    }

    private void ReadLines(string file, byte[] bytes, List<(InputPlace, FhirObject)> entries, List<UnreadPlace> unread)
    {
        int line = 0;
        for (int start = 0; start < bytes.Length;)
        {
            line++;
            int end = Array.IndexOf(bytes, (byte)'\n', start);
            if (end < 0) end = bytes.Length;
            ReadOnlyMemory<byte> text = bytes.AsMemory(start, end - start);
            start = end + 1;
            if (text.Span.IsWhiteSpaceAscii()) continue;
            FhirParse parse = FhirJson.Parse(text, Limits);
            if (parse.Resource is { } resource) Add(file, line, new ObjectBuilder().Add("resource", resource.Root).Build(), entries);
            else unread.Add(new UnreadPlace(new InputPlace(file, line, ""), new Fault(FaultCode.FhirMalformed, parse.Issues[0].Diagnostics), FhirJson.ParseValue(text.Span, Limits).Node is not FhirObject));
        }
    }

    private void ReadWhole(string file, byte[] bytes, List<(InputPlace, FhirObject)> entries, List<UnreadPlace> unread)
    {
        FhirParse parse = FhirJson.Parse(bytes, Limits);
        if (parse.Resource is not { } resource)
        {
            unread.Add(new UnreadPlace(new InputPlace(file, 0, ""), new Fault(FaultCode.FhirMalformed, parse.Issues[0].Diagnostics)));
            return;
        }
        if (resource.Type != "Bundle")
        {
            Add(file, 1, new ObjectBuilder().Add("resource", resource.Root).Build(), entries);
            return;
        }
        int position = 0;
        foreach (FhirNode node in resource.Root.Each("entry"))
        {
            position++;
            if (node is FhirObject entry && FhirResource.From(entry["resource"]) is not null) Add(file, position, entry, entries);
            else unread.Add(new UnreadPlace(new InputPlace(file, position, ""), new Fault(FaultCode.FhirInvalid, "The entry has no resource; an import only creates.")));
        }
    }

    // An import creates: of a request only the condition on creation stays.
    private void Add(string file, int position, FhirObject entry, List<(InputPlace, FhirObject)> entries)
    {
        FhirResource resource = FhirResource.From(entry["resource"])!;
        string? fullUrl = entry.Text("fullUrl") ?? (resource.Id is { } id ? $"{source}/{resource.Type}/{id}" : null);
        string? condition = entry.Object("request")?.Text("ifNoneExist");
        ObjectBuilder plain = new ObjectBuilder().Add("fullUrl", fullUrl).Add("resource", resource.Root);
        if (condition is { Length: > 0 }) plain.Add("request", new ObjectBuilder().Add("method", "POST").Add("url", resource.Type).Add("ifNoneExist", condition));
        entries.Add((new InputPlace(file, position, resource.Id is { } own ? $"{resource.Type}/{own}" : fullUrl is null ? resource.Type : $"{resource.Type} {fullUrl}"), plain.Build()));
    }
}

/// <summary>Small help for bytes of text.</summary>
internal static class AsciiText
{
    /// <summary>True when there is nothing but white space.</summary>
    public static bool IsWhiteSpaceAscii(this ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(" \t\r\n"u8) < 0;
}
