using HealthLedger.Client.Network;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Records;
using HealthLedger.Client.Submit;
using HealthLedger.Client.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Tests;

public sealed class LedgerWriterTests
{
    private readonly TestWorld _world = new();

    [Fact]
    public async Task A_busy_node_is_tried_again_by_the_schedule()
    {
        LedgerDid patient = await _world.StewardedAsync();
        int refusals = 4;
        _world.Ledger.BeforeSubmit = () => refusals-- > 0 ? new Fault(FaultCode.Busy, "Full.") : null;
        _world.Clock.Waits.Clear();
        (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r")])).Value[0].Kind.Should().Be(DepositKind.Added);
        _world.Clock.Waits.Select(wait => wait.TotalMilliseconds).Should().Equal(50, 100, 200, 400);
    }

    [Fact]
    public async Task A_statement_whose_answer_was_lost_is_found_and_not_written_twice()
    {
        LedgerDid patient = await _world.StewardedAsync();
        int lost = 1;
        _world.Ledger.AfterSubmit = () => lost-- > 0 ? new Fault(FaultCode.TimedOut, "No answer.") : null;
        long entries = _world.Ledger.Entries;
        (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r")])).Value[0].Kind.Should().Be(DepositKind.Added);
        _world.Ledger.Entries.Should().Be(entries + 1);
    }

    [Fact]
    public async Task A_node_that_stays_away_is_given_up_after_the_schedule()
    {
        LedgerDid patient = await _world.StewardedAsync();
        _world.Ledger.BeforeSubmit = () => new Fault(FaultCode.Unavailable, "Gone.");
        int before = _world.Ledger.Submissions;
        (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r")])).Fault.Code.Should().Be(FaultCode.Unavailable);
        (_world.Ledger.Submissions - before).Should().Be(RetrySchedule.Default.Attempts);
    }

    [Fact]
    public async Task A_statement_that_expired_on_its_way_is_signed_anew()
    {
        LedgerDid patient = await _world.StewardedAsync();
        bool first = true;
        _world.Ledger.BeforeSubmit = () =>
        {
            if (first) _world.Clock.Advance(TimeSpan.FromMinutes(11));
            first = false;
            return null;
        };
        (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r")])).Value[0].Kind.Should().Be(DepositKind.Added);
    }

    [Fact]
    public async Task A_refusal_is_told_with_the_rules_reason()
    {
        TestPatient patient = await _world.PatientAsync();
        Result<PatientView> opened = await _world.Registry.EnsureOwnSegmentsAsync(_world.Insurer.Wallet, _world.Insurer.Directory, patient.Did, ["general"]);
        opened.Fault.Code.Should().Be(FaultCode.RoleMissing);
    }

    [Fact]
    public async Task No_more_statements_are_under_way_than_allowed_and_the_producer_waits()
    {
        TestWorld world = new(new LedgerClientOptions { Writer = new LedgerWriterOptions { InFlightPerShard = 2 } });
        LedgerDid patient = await world.StewardedAsync();
        using ManualResetEventSlim open = new();
        world.Ledger.BeforeSubmit = () =>
        {
            open.Wait();
            return null;
        };
        StatementDraft Draft(int i) => new()
        {
            Issuer = world.Hospital.Did, Signer = world.Hospital.Wallet.Signing, Shard = world.Client.Network.ShardOf(patient),
            Events = [Event.Create(EventType.RecordRetract, patient.ToString(), new Id16(new byte[] { (byte)i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }), new byte[] { 0xa0 }).Value],
        };
        Task<Result<WrittenStatement>> first = await world.Client.Writer.EnqueueAsync(Draft(1));
        Task<Result<WrittenStatement>> second = await world.Client.Writer.EnqueueAsync(Draft(2));
        ValueTask<Task<Result<WrittenStatement>>> third = world.Client.Writer.EnqueueAsync(Draft(3));
        third.IsCompleted.Should().BeFalse();
        open.Set();
        Result<WrittenStatement>[] all = await Task.WhenAll(first, second, await third);
        all.Should().OnlyContain(written => written.IsOk && written.Value.Outcomes[0].Kind == OutcomeKind.Refused);
    }

    [Fact]
    public async Task A_producer_that_gives_up_waiting_leaves_the_room_to_others()
    {
        TestWorld world = new(new LedgerClientOptions { Writer = new LedgerWriterOptions { InFlightPerShard = 1 } });
        LedgerDid patient = await world.StewardedAsync();
        using ManualResetEventSlim open = new();
        world.Ledger.BeforeSubmit = () =>
        {
            open.Wait();
            return null;
        };
        Task<Result<IReadOnlyList<DepositedRecord>>> first = world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("a")], new DepositOptions { KnownNew = true });
        using CancellationTokenSource cancel = new();
        Task<Result<IReadOnlyList<DepositedRecord>>> second = world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("b")], new DepositOptions { KnownNew = true }, cancel.Token);
        await cancel.CancelAsync();
        await second.Invoking(waiting => waiting).Should().ThrowAsync<OperationCanceledException>();
        open.Set();
        (await first).Value[0].Kind.Should().Be(DepositKind.Added);
        (await world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("c")])).Value[0].Kind.Should().Be(DepositKind.Added);
    }

    [Fact]
    public async Task A_genesis_that_is_not_the_expected_one_is_refused()
    {
        (await LedgerNetwork.LoadAsync(_world.Ledger, _world.Ledger.Genesis.Hash)).IsOk.Should().BeTrue();
        (await LedgerNetwork.LoadAsync(_world.Ledger, default(Hash32))).Fault.Code.Should().Be(FaultCode.ProofInvalid);
    }
}
