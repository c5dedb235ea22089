using System.Collections.Concurrent;
using HealthLedger.Client;
using HealthLedger.Client.Network;
using HealthLedger.Client.Records;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Cluster.Tests.Damage;

/// <summary>
/// Asks one member all the time for what is known to be in the ledger: where statements stand, receipts, which records are there, whole patients.
/// The member may say that it cannot answer; whatever it says else must be right, and it must not say that something is not there.
/// </summary>
internal sealed class Questioner : IAsyncDisposable
{
    private readonly TestCluster _cluster;
    private readonly int _member;
    private readonly IReadOnlyList<(LedgerDid Patient, IReadOnlyList<DepositedRecord> Records)> _known;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<FaultCode, int> _refusals = new();
    private readonly ConcurrentDictionary<string, int> _wrong = new();
    private readonly Task _run;
    private readonly ConcurrentDictionary<string, bool> _warnings = new();
    private long _answers;

    public Questioner(TestCluster cluster, int member, IReadOnlyList<(LedgerDid Patient, IReadOnlyList<DepositedRecord> Records)> known)
    {
        (_cluster, _member, _known) = (cluster, member, known);
        _run = Task.Run(() => Task.WhenAll(LoopAsync(PlacesAsync), LoopAsync(PatientsAsync)));
    }

    /// <summary>Right answers.</summary>
    public long Answers => Interlocked.Read(ref _answers);

    /// <summary>What the member's health has said.</summary>
    public ICollection<string> Warnings => _warnings.Keys;

    /// <summary>Refusals, by code.</summary>
    public string Refusals => string.Join(", ", _refusals.OrderBy(refusal => refusal.Key).Select(refusal => $"{refusal.Value} × {refusal.Key}"));

    /// <summary>Stops asking; every answer that was given was right.</summary>
    public async Task AssertNeverWrongAsync()
    {
        await _end.CancelAsync();
        await _run;
        _wrong.Should().BeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _run;
        _end.Dispose();
    }

    private async Task LoopAsync(Func<int, Task> ask)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(2));
        for (int i = 0; !_end.IsCancellationRequested; i++)
        {
            try
            {
                await ask(i);
                if (await _cluster.NodeAsync(_member) is { } node)
                    foreach (string warning in node.Health().Warnings) _warnings[warning] = true;
            }
            catch (Exception exception)
            {
                Wrong($"An exception: {exception}");
            }
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task PlacesAsync(int i)
    {
        (_, IReadOnlyList<DepositedRecord> records) = _known[i % _known.Count];
        DepositedRecord record = records[i / _known.Count % records.Count];
        MemberConnection connection = new(_cluster, _member);
        Judge("where a statement stands", await connection.FindAsync(record.Shard, record.StatementId!.Value),
            found => found is not null && found.EntryLeaf(record.Index) == record.Leaf && found.Time == record.Time);
        Judge("a receipt", await connection.ReceiptAsync(record.Shard, record.StatementId.Value, record.Index),
            receipt => ReceiptVerifier.Verify(receipt, _cluster.Network.Genesis).TryGet(out ReceiptFacts? facts, out _) && facts.LeafIndex == record.Leaf && facts.Event.Hash == record.RecordId);
    }

    private async Task PatientsAsync(int i)
    {
        (LedgerDid patient, IReadOnlyList<DepositedRecord> records) = _known[i % _known.Count];
        LedgerClientOptions once = new() { Retry = new RetrySchedule(TimeSpan.Zero, TimeSpan.Zero, 1) };
        Result<LedgerClient> client = await LedgerClient.ConnectAsync(new MemberConnection(_cluster, _member), _cluster.Network.Genesis.Hash, once, _cluster.Clock);
        Judge("the genesis", client, _ => true);
        if (!client.IsOk) return;
        Seat hospital = new(client.Value, _cluster.Hospital);
        Judge("which records are there", await client.Value.Queries.RecordKeysAsync(hospital.Wallet.Party, [.. records.Select(record => record.Names.RecordKey)]),
            hits => hits.Zip(records).All(pair => pair.First is { } hit && hit.RecordId == pair.Second.RecordId && hit.Leaf == pair.Second.Leaf));
        Judge("a patient's records", await hospital.Reader.ReadAsync(Seat.Access(patient)), read => records.All(record => read.Records.Any(opened =>
            opened.RecordId == record.RecordId && opened.Leaf == record.Leaf && opened.Content!.Value.Span.SequenceEqual(record.Record.Content.Span))));
    }

    private void Judge<T>(string what, Result<T> answer, Func<T, bool> isRight)
    {
        if (!answer.TryGet(out T? value, out Fault fault))
        {
            _refusals.AddOrUpdate(fault.Code, 1, (_, count) => count + 1);
            if (fault.Code is not (FaultCode.ConnectionFailed or FaultCode.Unavailable or FaultCode.TimedOut or FaultCode.Busy)) Wrong($"{what}: {fault}");
        }
        else if (isRight(value)) Interlocked.Increment(ref _answers);
        else Wrong($"A wrong answer to {what}");
    }

    private void Wrong(string what) => _wrong.AddOrUpdate(what, 1, (_, count) => count + 1);
}
