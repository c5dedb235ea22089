using System.Collections.Concurrent;
using System.Collections.Immutable;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.State;
using HealthLedger.Rules.Contracts;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.State;
using HealthLedger.Storage;

namespace HealthLedger.Validator.Audit;

/// <summary>
/// Checks a whole ledger offline, from the genesis on: every change of members, every header's link, every signature, every rule anew, every outcome, every tree root and
/// state digest, every certificate. Shard 0 goes first, since the others read it; then as many shards side by side as there are processors, and
/// within a shard blocks are decoded and signatures verified ahead. Rows are kept in a temporary folder: memory does not grow with the ledger.
/// </summary>
/// <param name="genesis">The network.</param>
/// <param name="source">The blocks.</param>
/// <param name="temporary">A folder for rows; it is deleted afterwards.</param>
/// <param name="time">For the duration.</param>
/// <param name="history">Configurations that are proved; needed only where the source lacks shard 0, which decides them.</param>
public sealed class AuditRunner(GenesisFile genesis, IAuditSource source, string temporary, TimeProvider time, ConfigurationHistory? history = null)
{
    /// <summary>The versions of the rules that blocks are decided by again.</summary>
    public RuleBook Rules { get; init; } = RuleBook.Standard;

    /// <summary>Looks at every shard and reports the first fault.</summary>
    /// <param name="shards">Which shards beside the directory; null for all. A shard's audit needs the directory's blocks only where the directory changed.</param>
    /// <param name="progress">Told about every hundred blocks.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<AuditReport> RunAsync(IReadOnlyList<int>? shards = null, IProgress<AuditProgress>? progress = null, CancellationToken cancel = default)
    {
        long began = time.GetTimestamp();
        ReplicaStore store = ReplicaStore.Open(temporary, new StorageOptions { RunBackground = true }, time).Value;
        try
        {
            ImmutableArray<int> wanted = [0, .. (shards ?? [.. Enumerable.Range(1, genesis.Shards)]).Where(shard => shard != 0)];
            AuditTotals totals = new(progress, wanted.Sum(source.HeightOf));
            SignatureCache signatures = new();
            ConcurrentDictionary<int, AuditFinding> findings = new();
            store.State(0).Apply(0, Genesis(0));
            AuditConfigurations configurations = new(history ?? ConfigurationHistory.From(genesis));
            AuditShard first = new(genesis, source, store, new DirectoryView(store.State(0)), configurations, Rules, signatures, totals, 0);
            if (await first.RunAsync(ImmutableDictionary<(int, long), Hash32>.Empty, cancel) is { } broken) findings[0] = broken;
            // What is read of the directory from here on is all there: shard 0 is done.
            DirectoryView directory = new(store.State(0));
            ParallelOptions parallel = new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel };
            await Parallel.ForEachAsync(wanted.Where(shard => shard != 0), parallel, async (shard, token) =>
            {
                store.State((uint)shard).Apply(0, Genesis(shard));
                AuditShard audit = new(genesis, source, store, directory, configurations, Rules, signatures, totals, shard);
                if (await audit.RunAsync(first.Heads, token) is { } fault) findings[shard] = fault;
            });
            AuditFinding? finding = findings.IsEmpty ? null : findings[findings.Keys.Min()];
            return new AuditReport(finding, totals.Blocks, totals.Entries, totals.Signatures, totals.Certificates,
                [.. Enumerable.Range(0, genesis.Shards + 1).Select(shard => totals.HeightOf(shard))], time.GetElapsedTime(began));
        }
        finally
        {
            await store.AbandonAsync();
            Directory.Delete(temporary, recursive: true);
        }
    }

    private RowChange[] Genesis(int shard) => [.. GenesisState.Rows(genesis, shard).Select(row => new RowChange(row.Key, row.Value))];
}
