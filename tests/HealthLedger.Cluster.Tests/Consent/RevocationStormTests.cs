using HealthLedger.Client.Read;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Cluster.Tests.Consent;

/// <summary>A revocation in the middle of accesses from several clients through several members (PROTOCOL section 5).</summary>
public sealed class RevocationStormTests(ITestOutputHelper output)
{
    private const int StormersPerMember = 3, DenialsWanted = 8, PermitsFirst = 40;

    [Fact]
    public async Task In_ledger_order_no_access_after_the_revocation_is_a_permit()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await hospital.DepositAsync(patient, 0, 20);
        long now = cluster.Clock.Now;
        Id16 grant = TestCluster.Good(await hospital.ConsentFor(patient).GrantAsync(hospital.Terms(cluster.Clinic.Did, now, now + 3_600_000)));

        int permits = 0;
        TaskCompletionSource enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<List<AccessDecision>>[] storm = [.. Enumerable.Range(0, cluster.Count * StormersPerMember).Select(i => Task.Run(() => StormAsync(cluster, i % cluster.Count, patient, () =>
        {
            if (Interlocked.Increment(ref permits) == PermitsFirst) enough.SetResult();
        })))];
        await enough.Task.WaitAsync(TimeSpan.FromSeconds(30));
        TestCluster.Good(await hospital.ConsentFor(patient).RevokeAsync(grant));
        List<AccessDecision> decisions = [.. (await Task.WhenAll(storm).WaitAsync(TimeSpan.FromSeconds(60))).SelectMany(list => list)];

        // The ledger's order, from another member than the revocation went through.
        await cluster.UntilLevelAsync(0, 1, 2, 3);
        Seat auditor = await cluster.SeatAsync(2, cluster.Hospital);
        List<LogEntry> log = await auditor.LogAsync(patient);
        log.Should().BeInAscendingOrder(entry => entry.Leaf);
        (LogEntry Entry, uint Type, OutcomeKind Kind)[] lines = [.. log.Select(entry => (entry, Event.Decode(entry.Event).Value.Type, Outcome.Decode(entry.Outcome.Span).Value.Kind))];
        int revoked = Array.FindIndex(lines, line => line.Type == EventType.GrantRevoke && line.Kind == OutcomeKind.Applied);
        revoked.Should().BePositive();
        OutcomeKind[] before = [.. lines.Take(revoked).Where(line => line.Type == EventType.AccessRequest).Select(line => line.Kind)];
        OutcomeKind[] after = [.. lines.Skip(revoked).Where(line => line.Type == EventType.AccessRequest).Select(line => line.Kind)];
        output.WriteLine($"{before.Length} accesses before the revocation, {after.Length} after it");
        before.Should().HaveCountGreaterThanOrEqualTo(PermitsFirst).And.OnlyContain(kind => kind == OutcomeKind.Permitted);
        after.Should().HaveCountGreaterThanOrEqualTo(DenialsWanted).And.OnlyContain(kind => kind == OutcomeKind.Denied);

        // What each client was told is what the ledger says, by its receipt.
        decisions.Should().HaveCount(before.Length + after.Length);
        foreach (AccessDecision decision in decisions)
        {
            ReadOnlyMemory<byte> receipt = await Waiting.EventuallyAsync(async () => await (await cluster.NodeAsync(3))!.ReceiptAsync(decision.Shard, decision.StatementId, decision.Index));
            ReceiptFacts facts = ReceiptVerifier.Verify(receipt, cluster.Network.Genesis).Value;
            facts.Outcome.Kind.Should().Be(decision.Permit is null ? OutcomeKind.Denied : OutcomeKind.Permitted);
            (facts.LeafIndex < lines[revoked].Entry.Leaf).Should().Be(decision.Permit is not null);
        }
    }

    [Fact]
    public async Task A_revocation_stops_the_release_of_a_permit_that_came_before_it()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital), clinic = await cluster.SeatAsync(1, cluster.Clinic);
        LedgerDid patient = await hospital.PatientAsync("4712");
        await hospital.DepositAsync(patient, 0, 4);
        long now = cluster.Clock.Now;
        Id16 grant = TestCluster.Good(await hospital.ConsentFor(patient).GrantAsync(hospital.Terms(cluster.Clinic.Did, now, now + 3_600_000)));
        Permit permit = await Waiting.EventuallyAsync(() => clinic.Reader.AccessAsync(Seat.Access(patient)));
        TestCluster.Good(await clinic.Reader.OpenAsync(permit)).Records.Should().HaveCount(4);

        TestCluster.Good(await hospital.ConsentFor(patient).RevokeAsync(grant));
        await cluster.UntilLevelAsync(0, 1, 2, 3);

        for (int member = 0; member < cluster.Count; member++)
        {
            Seat elsewhere = await cluster.SeatAsync(member, cluster.Clinic);
            (await elsewhere.Reader.OpenAsync(permit)).Fault.Code.Should().Be(FaultCode.PermitGrantOver);
        }
    }

    // Asks again and again until it was denied often enough; each access is a statement of its own.
    private static async Task<List<AccessDecision>> StormAsync(TestCluster cluster, int member, LedgerDid patient, Action permitted)
    {
        Seat clinic = await cluster.SeatAsync(member, cluster.Clinic);
        List<AccessDecision> decisions = [];
        for (int denials = 0; denials < DenialsWanted;)
        {
            Result<AccessDecision> asked = (await clinic.Reader.DecideAsync([Seat.Access(patient)]))[0];
            if (!asked.TryGet(out AccessDecision? decision, out Fault fault))
            {
                // The head of the patient may not be at this member yet; then nothing was asked.
                fault.Code.Should().BeOneOf(FaultCode.NotFound, FaultCode.KeyMissing);
                await Task.Yield();
                continue;
            }
            decisions.Add(decision);
            if (decision.Permit is null) denials++;
            else permitted();
        }
        return decisions;
    }
}
