using HealthLedger.Actors.Nodes;
using HealthLedger.Client;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Consent;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Network;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Gateway.Nodes;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;
using System.Security.Cryptography;

namespace HealthLedger.Cluster.Tests.Consent;

/// <summary>What time, order and a lying node cannot do to a grant (PROTOCOL sections 2 and 5), over real members.</summary>
public sealed class GrantTests
{
    private const long PermitMilliseconds = 30_000;

    [Fact]
    public async Task A_permit_older_than_thirty_seconds_of_block_time_releases_nothing_at_any_member()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        (Seat hospital, LedgerDid patient, _) = await GrantedAsync(cluster);
        Seat clinic = await cluster.SeatAsync(1, cluster.Clinic);
        Permit permit = await Waiting.EventuallyAsync(() => clinic.Reader.AccessAsync(Seat.Access(patient)));
        await cluster.UntilLevelAsync(0, 1, 2, 3);

        cluster.Clock.StopAt(permit.Time + PermitMilliseconds);
        for (int member = 0; member < cluster.Count; member++)
            TestCluster.Good(await (await cluster.SeatAsync(member, cluster.Clinic)).Reader.OpenAsync(permit)).Records.Should().HaveCount(6, "thirty seconds are not over");

        cluster.Clock.StopAt(permit.Time + PermitMilliseconds + 1);
        for (int member = 0; member < cluster.Count; member++)
            (await (await cluster.SeatAsync(member, cluster.Clinic)).Reader.OpenAsync(permit)).Fault.Code.Should().Be(FaultCode.PermitStale);

        TestCluster.Good(await clinic.Reader.ReadAsync(Seat.Access(patient))).Records.Should().HaveCount(6, "a new access gives a new permit");
        hospital.Wallet.Did.Should().NotBe(clinic.Wallet.Did);
    }

    [Fact]
    public async Task A_node_whose_own_clock_stands_still_releases_by_block_time()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        (Seat hospital, LedgerDid patient, _) = await GrantedAsync(cluster);
        Seat clinic = await cluster.SeatAsync(1, cluster.Clinic);
        Permit permit = await Waiting.EventuallyAsync(() => clinic.Reader.AccessAsync(Seat.Access(patient)));
        ShiftedClock still = new();
        still.StopAt(permit.Time);
        await using MemberNode node = cluster.Open(cluster.Network.Member(1)!, still);
        LedgerClient slow = TestCluster.Good(await LedgerClient.ConnectAsync(new NodeConnection(node), cluster.Network.Genesis.Hash, clock: still));
        RecordReader reader = new(slow, new PatientDirectory(slow, cluster.Clinic.Party));
        TestCluster.Good(await reader.OpenAsync(permit)).Records.Should().HaveCount(6);

        cluster.Clock.StopAt(permit.Time + PermitMilliseconds + 1);
        await hospital.DepositAsync(patient, 100, 1);
        await cluster.UntilLevelAsync(0, 1, 2, 3);

        (await reader.OpenAsync(permit)).Fault.Code.Should().Be(FaultCode.PermitStale);
    }

    [Fact]
    public async Task A_grant_that_was_held_back_is_refused_after_its_revocation()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        HoldingConnection held = new(cluster, 0);
        LedgerClient phone = TestCluster.Good(await LedgerClient.ConnectAsync(held, cluster.Network.Genesis.Hash, new LedgerClientOptions { Retry = new RetrySchedule(TimeSpan.Zero, TimeSpan.Zero, 1) }, cluster.Clock));
        PatientWallet wallet = PatientWallet.Generate(cluster.Network.Genesis.Network, random);
        TestCluster.Good(await new PatientRegistry(phone).InceptAsync(wallet));
        PatientDirectory directory = new(phone, wallet.Party);
        ConsentClient consents = new(phone, wallet.Authority, directory, new RecordReader(phone, directory));
        long now = cluster.Clock.Now;
        GrantTerms terms = new() { Grantee = cluster.Clinic.Did, Labels = ["general"], Purposes = [Purpose.Treatment], From = now - 1_000, Until = now + 3_600_000 };

        // The gateway takes the grant, says it failed, and keeps it. The patient grants again, and then revokes.
        held.IsHolding = true;
        (await consents.GrantAsync(terms)).Fault.Code.Should().Be(FaultCode.ConnectionFailed);
        held.IsHolding = false;
        Id16 grant = TestCluster.Good(await consents.GrantAsync(terms));
        TestCluster.Good(await consents.RevokeAsync(grant));
        await cluster.UntilLevelAsync(0, 1, 2, 3);

        held.Kept.Should().ContainSingle();
        for (int member = 0; member < cluster.Count; member++)
            (await (await cluster.NodeAsync(member))!.SubmitAsync(held.Kept[0])).Fault.Code.Should().Be(FaultCode.SequenceWrong);
        Seat clinic = await cluster.SeatAsync(1, cluster.Clinic);
        (await clinic.Reader.AccessAsync(Seat.Access(wallet.Did))).IsOk.Should().BeFalse();
        (await consents.ListAsync()).Value.Should().OnlyContain(state => !state.IsLive(cluster.Clock.Now)).And.HaveCount(1);
    }

    [Fact]
    public async Task A_grant_that_ends_at_T_permits_a_millisecond_before_and_denies_at_T_with_all_members_down_in_between()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await hospital.DepositAsync(patient, 0, 6);
        long end = cluster.Clock.Now + 600_000;
        Id16 grant = TestCluster.Good(await hospital.ConsentFor(patient).GrantAsync(hospital.Terms(cluster.Clinic.Did, cluster.Clock.Now, end)));
        await cluster.UntilLevelAsync(0, 1, 2, 3);

        cluster.Clock.StopAt(end - 1);
        Permit permit = TestCluster.Good(await (await cluster.SeatAsync(1, cluster.Clinic)).Reader.AccessAsync(Seat.Access(patient)));
        permit.Time.Should().Be(end - 1);
        await cluster.CrashAsync();
        cluster.Clock.StopAt(end);
        await cluster.OpenAsync();
        await cluster.UntilVotingAsync();

        Seat clinic = await cluster.SeatAsync(1, cluster.Clinic);
        AccessDecision denied = await Waiting.EventuallyAsync(async () => (await clinic.Reader.DecideAsync([Seat.Access(patient)]))[0]);
        denied.Permit.Should().BeNull();
        denied.Denial.Code.Should().Be(FaultCode.GrantEnded);
        (await clinic.Reader.OpenAsync(permit)).Fault.Code.Should().Be(FaultCode.PermitGrantOver, "what was permitted before is not released after the end");

        // The closing entry comes by itself, though nobody was up when the grant ended.
        Seat steward = await cluster.SeatAsync(0, cluster.Hospital);
        await Waiting.UntilAsync(async () => (await steward.ConsentFor(patient).ListAsync()) is { IsOk: true, Value: var grants } && grants.Any(state => state.Grant == grant && state.EndedAt >= end), "the grant is closed");
    }

    [Theory]
    [InlineData("record")]
    [InlineData("record and list")]
    [InlineData("list")]
    public async Task A_node_that_leaves_one_record_out_of_an_answer_is_caught_by_the_reader(string what)
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        (_, LedgerDid patient, _) = await GrantedAsync(cluster);
        OmittingConnection lying = new(cluster, 1, what);
        LedgerClient client = TestCluster.Good(await LedgerClient.ConnectAsync(lying, cluster.Network.Genesis.Hash, clock: cluster.Clock));
        RecordReader reader = new(client, new PatientDirectory(client, cluster.Clinic.Party));
        Permit permit = await Waiting.EventuallyAsync(() => reader.AccessAsync(Seat.Access(patient)));

        lying.IsLying = true;
        (await reader.OpenAsync(permit)).Fault.Code.Should().Be(FaultCode.RecordListWrong);
        lying.IsLying = false;
        TestCluster.Good(await reader.OpenAsync(permit)).Records.Should().HaveCount(6);
    }

    private static async Task<(Seat Hospital, LedgerDid Patient, Id16 Grant)> GrantedAsync(TestCluster cluster)
    {
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await hospital.DepositAsync(patient, 0, 6);
        long now = cluster.Clock.Now;
        return (hospital, patient, TestCluster.Good(await hospital.ConsentFor(patient).GrantAsync(hospital.Terms(cluster.Clinic.Did, now, now + 3_600_000))));
    }

    /// <summary>Keeps what it is given to submit and says that the connection failed.</summary>
    private sealed class HoldingConnection(TestCluster cluster, int member) : MemberConnection(cluster, member)
    {
        public bool IsHolding { get; set; }

        public List<SubmissionEnvelope> Kept { get; } = [];

        public override Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default)
        {
            if (!IsHolding) return base.SubmitAsync(envelope, cancel);
            Kept.Add(envelope);
            return Task.FromResult<Result<CommittedStatement>>(new Fault(FaultCode.ConnectionFailed, "The connection broke off."));
        }
    }

    /// <summary>A real node's answers with one record left out.</summary>
    private sealed class OmittingConnection(TestCluster cluster, int member, string what) : MemberConnection(cluster, member)
    {
        public bool IsLying { get; set; }

        public override async Task<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default)
        {
            Result<ReadOnlyMemory<byte>> answer = await base.QueryAsync(signedQuery, cancel);
            if (!IsLying || !answer.IsOk || SignedQuery.Decode(signedQuery).Value.Method != QueryMethod.Release) return answer;
            ReleasePage page = ReleasePage.Decode(answer.Value).Value;
            Hash32 left = page.Records[2].RecordId;
            if (what.Contains("record")) page = page with { Records = [.. page.Records.Where(record => record.RecordId != left)] };
            if (what.Contains("list")) page = page with { SegmentLists = [.. page.SegmentLists!.Select(list => new SegmentList(list.Segment, [.. list.Items.Where(item => item.RecordId != left)]))] };
            return (ReadOnlyMemory<byte>)page.Encode();
        }
    }
}
