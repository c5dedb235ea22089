using HealthLedger.Client.Ids;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Network;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Client.Records;

/// <summary>
/// Decides for each record, by asking the ledger, whether it is there already, conflicts, is new, or is the next version of a resource. The
/// ledger is the journal of an import: one that was killed and runs again adds nothing twice.
/// </summary>
internal sealed class DepositPlan
{
    private const int KindRetracted = 302;

    private DepositPlan(RecordNames[] names, DepositedRecord?[] settled, Hash32?[] amends) => (Names, Settled, Amends) = (names, settled, amends);

    /// <summary>The blinded names, by record.</summary>
    public RecordNames[] Names { get; }

    /// <summary>What is settled without a statement: existing and conflicting records; null for those to be written.</summary>
    public DepositedRecord?[] Settled { get; }

    /// <summary>The newest version in the ledger that a record follows; null for a new one.</summary>
    public Hash32?[] Amends { get; }

    public static async Task<Result<DepositPlan>> MakeAsync(
        LedgerQueries queries, Party author, SourceIds ids, IReadOnlyList<PlainRecord> records, bool knownNew, CancellationToken cancel)
    {
        RecordNames[] names = new RecordNames[records.Count];
        for (int i = 0; i < names.Length; i++) names[i] = RecordNames.Of(ids, records[i]);
        DepositPlan plan = new(names, new DepositedRecord?[names.Length], new Hash32?[names.Length]);
        if (knownNew) return plan;

        Result<IReadOnlyList<RecordKeyHit?>> asked = await queries.RecordKeysAsync(author, [.. names.Select(name => name.RecordKey)], cancel).ConfigureAwait(false);
        if (!asked.TryGet(out IReadOnlyList<RecordKeyHit?>? hits, out Fault fault)) return fault;
        for (int i = 0; i < names.Length; i++)
            if (hits[i] is { } hit) plan.Settled[i] = Settle(records[i], names[i], hit);

        int[] open = [.. Enumerable.Range(0, names.Length).Where(i => plan.Settled[i] is null)];
        Id16[] resources = [.. open.Select(i => names[i].Resource).Distinct()];
        if (resources.Length == 0) return plan;
        Result<IReadOnlyList<ResourceHit?>> found = await queries.ResourcesAsync(author, resources, cancel).ConfigureAwait(false);
        if (!found.TryGet(out IReadOnlyList<ResourceHit?>? lying, out fault)) return fault;
        Dictionary<Id16, Hash32> newest = [];
        for (int i = 0; i < resources.Length; i++)
            if (lying[i] is { Versions: [.., { Kind: not KindRetracted } last] }) newest[resources[i]] = last.RecordId;
        foreach (int i in open)
            if (newest.TryGetValue(names[i].Resource, out Hash32 record)) plan.Amends[i] = records[i].Follows ?? record;
        return plan;
    }

    private static DepositedRecord Settle(PlainRecord record, RecordNames names, RecordKeyHit hit) => hit.ContentKey == names.ContentKey
        ? new DepositedRecord { Record = record, Names = names, Kind = DepositKind.Existing, RecordId = hit.RecordId, Shard = hit.Shard, Leaf = hit.Leaf }
        : new DepositedRecord
        {
            Record = record, Names = names, Kind = DepositKind.Refused, Shard = hit.Shard, Leaf = hit.Leaf, RecordId = hit.RecordId,
            Fault = new Fault(FaultCode.RecordConflict, "The ledger has this version of the record with another content."),
        };
}
