using HealthLedger.Gateway.Fhir.Answers;
using HealthLedger.Gateway.Fhir.Requests;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Gateway.Fhir.Records;

/// <summary>
/// Finds the receipts of entries of which only the leaf is known: records that were in the ledger already. One receipt tells the statement of all
/// entries beside it, so a Bundle that is sent again costs one or two.
/// </summary>
internal sealed class ReceiptFinder(FhirCaller caller)
{
    private readonly List<(int Shard, long First, long Last, Receipt Receipt)> _statements = [];

    /// <summary>The link and the time of the entry at a leaf.</summary>
    public async Task<Result<(ReceiptLink Link, DateTimeOffset Time)>> FindAsync(int shard, long leaf, CancellationToken cancel)
    {
        foreach ((int Shard, long First, long Last, Receipt Receipt) known in _statements)
            if (known.Shard == shard && leaf >= known.First && leaf <= known.Last) return Entry(known.Receipt, shard, leaf);
        Result<ReadOnlyMemory<byte>> answer = await caller.Seat.Client.Queries.ReceiptAsync(caller.Seat.Wallet.Party, shard, leaf, cancel);
        if (!answer.TryGet(out ReadOnlyMemory<byte> bytes, out Fault fault) || !Receipt.Decode(bytes).TryGet(out Receipt? receipt, out fault)) return fault;
        _statements.Add((shard, receipt.StatementLeaf + 1, receipt.StatementLeaf + receipt.Statement.Count, receipt));
        return Entry(receipt, shard, leaf);
    }

    private static (ReceiptLink, DateTimeOffset) Entry(Receipt receipt, int shard, long leaf) =>
        (new ReceiptLink(shard, receipt.Statement.Id, (int)(leaf - receipt.StatementLeaf - 1)), DateTimeOffset.FromUnixTimeMilliseconds(receipt.Headers[1].Time));
}
