using HealthLedger.Client.Network;
using HealthLedger.Fhir.Json;
using HealthLedger.Gateway.Fhir.Ingest;
using HealthLedger.Client.Keys;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Import;

/// <summary>
/// Brings files in. First everything is read once, so that counts and names are known; then what patients share goes in, then the patients' records,
/// several units at once. The ledger is the journal: an import that was stopped at any place runs again and adds only what is missing.
/// </summary>
/// <param name="ingest">Takes Bundles in.</param>
/// <param name="wallet">The organization.</param>
/// <param name="units">What to bring in.</param>
/// <param name="options">How.</param>
/// <param name="clock">Measures the patience.</param>
internal sealed class Importer(FhirIngest ingest, OrganizationWallet wallet, IReadOnlyList<ImportUnit> units, ImportOptions options, TimeProvider clock)
{
    private readonly bool[] _hasPatients = new bool[units.Count];
    private readonly ResourceNames _names = new();
    private readonly HashSet<(LedgerDid Did, string System, string Id)> _patients = [];

    /// <summary>What was done.</summary>
    public ImportTally Tally { get; } = new();

    /// <summary>Resources of the input; known after <see cref="Scan"/>.</summary>
    public long Total { get; private set; }

    /// <summary>The patients of the input and what their source calls them.</summary>
    public IReadOnlyCollection<(LedgerDid Did, string System, string Id)> Patients => _patients;

    /// <summary>Reads everything once: counts, names, what cannot be read.</summary>
    public void Scan(CancellationToken cancel)
    {
        for (int i = 0; i < units.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            UnitContent content = units[i].Read();
            foreach (UnreadPlace unread in content.Unread) Tally.Unread(unread.Place, unread.Fault, unread.IsResource);
            foreach (FhirNode node in content.Bundle.Root.Each("entry"))
            {
                string type = FhirResource.From(node.AsObject!["resource"])!.Type;
                Tally.Count(type);
                if (HealthLedger.Fhir.Transactions.PatientCompartment.IsPatientType(type)) _hasPatients[i] = true;
            }
            _names.Add(content.Bundle, wallet, ingest.Registry);
            Total += content.Places.Count;
        }
    }

    /// <summary>Brings everything in. A fault means that the rest could not be brought in now; run it again.</summary>
    public async Task<Fault?> RunAsync(CancellationToken cancel) =>
        await PassAsync(IngestPart.Shared, _ => true, cancel) ?? await PassAsync(IngestPart.Patients, unit => _hasPatients[unit], cancel);

    private async Task<Fault?> PassAsync(IngestPart part, Func<int, bool> wanted, CancellationToken cancel)
    {
        Fault? broken = null;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.Workers, CancellationToken = stop.Token };
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, units.Count).Where(wanted), parallel, async (unit, token) =>
            {
                if (await UnitAsync(units[unit], part, token) is not { } fault) return;
                broken = fault;
                await stop.CancelAsync();
            });
        }
        catch (OperationCanceledException) when (broken is not null && !cancel.IsCancellationRequested)
        {
        }
        return broken;
    }

    private async Task<Fault?> UnitAsync(ImportUnit unit, IngestPart part, CancellationToken cancel)
    {
        UnitContent content = unit.Read();
        IngestOptions how = new() { KeepUnresolvedAsLogical = !options.Strict, Expected = _names.Resources, ExpectedPatients = _names.Patients, EntriesMax = int.MaxValue };
        long started = clock.GetTimestamp();
        for (int attempt = 0; ; attempt++)
        {
            Result<IReadOnlyList<IngestedEntry>> done = await OnceAsync(content, how, part, cancel);
            if (done.TryGet(out IReadOnlyList<IngestedEntry>? entries, out Fault fault))
            {
                Tally.Settle(entries, content.Places);
                return null;
            }
            if (!RetrySchedule.Passes(fault.Code) || clock.GetElapsedTime(started) > options.Patience) return fault with { Message = $"{unit.Name}: {fault.Message}" };
            await Task.Delay(RetrySchedule.Default.After(attempt), clock, cancel);
        }
    }

    private async Task<Result<IReadOnlyList<IngestedEntry>>> OnceAsync(UnitContent content, IngestOptions how, IngestPart part, CancellationToken cancel)
    {
        Result<IngestPlan> planned = await ingest.PlanAsync(content.Bundle, how, cancel);
        if (!planned.TryGet(out IngestPlan? plan, out Fault fault)) return fault;
        if (part.HasFlag(IngestPart.Patients))
            lock (_patients) _patients.UnionWith(plan.Patients);
        return await ingest.DepositAsync(plan, part, cancel: cancel);
    }
}

/// <summary>How files are brought in.</summary>
internal sealed record ImportOptions
{
    /// <summary>Units under way at once.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>True: a conditional reference that finds nothing refuses its resource, instead of being kept as a logical reference.</summary>
    public bool Strict { get; init; }

    /// <summary>How long a node that does not answer is waited for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);
}
