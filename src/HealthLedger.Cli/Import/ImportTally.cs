using HealthLedger.Client.Records;
using HealthLedger.Gateway.Fhir.Ingest;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Import;

/// <summary>Counts of one resource type.</summary>
internal sealed record TypeCount
{
    /// <summary>How many the input has.</summary>
    public int Input { get; set; }

    /// <summary>How many are new in the ledger.</summary>
    public int Added { get; set; }

    /// <summary>How many are newer versions of what the ledger had.</summary>
    public int Amended { get; set; }

    /// <summary>How many the ledger had already.</summary>
    public int Existing { get; set; }

    /// <summary>How many are not in the ledger; the report says why.</summary>
    public int Refused { get; set; }

    /// <summary>How many are in the ledger now.</summary>
    public int In => Added + Amended + Existing;
}

/// <summary>Something to tell about one resource.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Fault">What was wrong.</param>
internal sealed record ImportReport(InputPlace Place, ImportFate Fate, Fault Fault);

/// <summary>What became of something that is told of.</summary>
internal enum ImportFate
{
    /// <summary>It is not in the ledger.</summary>
    Refused,

    /// <summary>It is in the ledger all the same.</summary>
    Kept,

    /// <summary>It is well-formed JSON and no FHIR resource, as the log of a bulk export is: nothing that could be put in.</summary>
    PassedOver,
}

/// <summary>What an import has done so far. Safe for several threads.</summary>
internal sealed class ImportTally
{
    private readonly SortedDictionary<string, TypeCount> _types = new(StringComparer.Ordinal);
    private readonly List<ImportReport> _reports = [];
    private readonly Lock _gate = new();
    private long _done;

    /// <summary>Resources that are settled.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>By type. Only when nothing runs any more.</summary>
    public IReadOnlyDictionary<string, TypeCount> Types => _types;

    /// <summary>What there is to tell, in the order of the input. Only when nothing runs any more.</summary>
    public IReadOnlyList<ImportReport> Reports => [.. _reports.OrderBy(report => report.Place.File, StringComparer.Ordinal).ThenBy(report => report.Place.Position)];

    /// <summary>Statements' worth of new entries.</summary>
    public int NewEntries => _types.Values.Sum(count => count.Added + count.Amended);

    /// <summary>A resource of the input.</summary>
    public void Count(string type)
    {
        lock (_gate) Of(type).Input++;
    }

    /// <summary>Something that is no resource.</summary>
    public void Unread(InputPlace place, Fault fault, bool isResource)
    {
        lock (_gate) _reports.Add(new ImportReport(place, isResource ? ImportFate.Refused : ImportFate.PassedOver, fault));
    }

    /// <summary>What became of entries.</summary>
    public void Settle(IReadOnlyList<IngestedEntry> entries, IReadOnlyList<InputPlace> places)
    {
        lock (_gate)
        {
            foreach (IngestedEntry entry in entries)
            {
                TypeCount count = Of(entry.Planned.Type);
                if (!entry.IsIn) count.Refused++;
                else if (entry.WasThere || entry.Record!.Kind == DepositKind.Existing) count.Existing++;
                else if (entry.Record!.Kind == DepositKind.Amended) count.Amended++;
                else count.Added++;
                InputPlace place = places[entry.Planned.Index];
                if (!entry.IsIn) _reports.Add(new ImportReport(place, ImportFate.Refused, entry.Fault));
                foreach (string warning in entry.IsIn ? entry.Warnings.Select(issue => issue.Diagnostics).Distinct() : [])
                    _reports.Add(new ImportReport(place, ImportFate.Kept, new Fault(FaultCode.ReferenceUnresolved, warning)));
            }
        }
        Interlocked.Add(ref _done, entries.Count);
    }

    private TypeCount Of(string type)
    {
        if (!_types.TryGetValue(type, out TypeCount? count)) _types.Add(type, count = new TypeCount());
        return count;
    }
}
