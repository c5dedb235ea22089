using System.Security.Cryptography;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Records;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Load;

/// <summary>
/// One writer: a statement at a time for the patients of one shard, at its pace, by the node that it prefers. What is acknowledged goes to the file before it is
/// counted; a statement whose fate is not known is not, whatever became of it.
/// </summary>
internal sealed class LoadWriter(LoadRun run, int node, int shard, IReadOnlyList<LedgerDid> patients, TimeSpan interval)
{
    private readonly RecordDepositor _depositor = new(run.Clients[node], run.Wallet, new PatientDirectory(run.Clients[node], run.Wallet.Party));
    private int _next;

    /// <summary>Writes until the time has come, or until it is ended.</summary>
    public async Task RunAsync(Func<bool> goesOn, CancellationToken cancel)
    {
        TimeProvider clock = run.Clock;
        long started = clock.GetTimestamp();
        TimeSpan due = interval * RandomNumberGenerator.GetInt32(1_000) / 1_000;
        while (goesOn())
        {
            TimeSpan early = due - clock.GetElapsedTime(started);
            if (early > TimeSpan.Zero) await Task.Delay(early, clock, cancel);
            // What could not be written in time is left out: load, not a backlog.
            else due = clock.GetElapsedTime(started);
            due += interval;
            await WriteAsync(patients[_next++ % patients.Count], cancel);
        }
    }

    private async Task WriteAsync(LedgerDid patient, CancellationToken cancel)
    {
        PlainRecord[] records = [.. Enumerable.Range(0, run.Options.Batch).Select(_ => run.NextRecord())];
        long sent = run.Now;
        Result<IReadOnlyList<DepositedRecord>> done = await _depositor.DepositAsync(patient, records, new DepositOptions { KnownNew = true }, cancel);
        long acked = run.Now;
        if (!done.TryGet(out IReadOnlyList<DepositedRecord>? deposited, out Fault fault))
        {
            run.Tally.Fail(fault);
            return;
        }
        // What a second statement brought in again is told as the first one's place, whose statement is not known here: it is not claimed.
        DepositedRecord[] added = [.. deposited.Where(record => record is { Kind: DepositKind.Added, StatementId: not null })];
        foreach (DepositedRecord refused in deposited.Where(record => record.Kind == DepositKind.Refused)) run.Tally.Fail(refused.Fault);
        if (added.Length == 0) return;
        await run.File.AppendAsync(added.Select(record => new AckLine
        {
            Kind = "ack", Shard = record.Shard, Statement = record.StatementId.ToString(), Index = record.Index, Leaf = record.Leaf, Record = record.RecordId.ToString(),
            Content = new Hash32(SHA256.HashData(record.Record.Content.Span)).ToString(), Patient = patient.ToString(), Node = node, Time = record.Time, Sent = sent, Acked = acked,
        }));
        run.Tally.Acknowledge(shard, added.Length, sent, acked);
        run.WantReceipt(node, added[0]);
    }
}
