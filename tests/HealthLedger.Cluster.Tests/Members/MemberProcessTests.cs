using System.Diagnostics;
using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Cluster.Tests.Processes;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Cluster.Tests.Members;

/// <summary>Four members, each a process of its own, that reach each other over HTTP/2 and nothing else.</summary>
public sealed class MemberProcessTests(ITestOutputHelper output) : IAsyncLifetime
{
    private MemberProcesses _members = null!;
    private OrganizationWallet _hospital = null!;

    public async ValueTask InitializeAsync()
    {
        _members = await MemberProcesses.StartAsync();
        _hospital = _members.WalletOf(0);
    }

    public async ValueTask DisposeAsync()
    {
        _hospital.Dispose();
        await _members.DisposeAsync();
    }

    [Fact]
    public async Task What_one_door_took_every_door_gives_and_all_replicas_are_alike()
    {
        LedgerDid patient = await (await _members.SeatAsync(0, _hospital)).PatientAsync("p");
        for (int door = 0; door < _members.Count; door++) await (await SeatOfAsync(door, patient)).DepositAsync(patient, first: door * 10, count: 10);
        for (int door = 0; door < _members.Count; door++) await AssertReadsAsync(await SeatOfAsync(door, patient), patient, 40);
        await _members.AssertReplicasAreAlikeAsync();
    }

    [Fact]
    public async Task Any_member_may_be_killed_and_come_back_and_nothing_acknowledged_is_missing()
    {
        LedgerDid patient = await (await _members.SeatAsync(0, _hospital)).PatientAsync("p");
        int records = 0;
        for (int killed = 0; killed < _members.Count; killed++)
        {
            await _members[killed].KillAsync();
            long since = Stopwatch.GetTimestamp();
            Seat others = await SeatBesideAsync(killed);
            await others.DepositAsync(patient, records, 8);
            records += 8;
            output.WriteLine($"member {killed} killed: the next commit after {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms");
            await _members[killed].StartAsync();
            await _members.UntilReadyAsync(killed);
            await AssertReadsAsync(await SeatOfAsync(killed, patient), patient, records);
        }
        await _members.AssertReplicasAreAlikeAsync();
    }

    [Fact]
    public async Task A_member_that_is_asked_to_stop_hands_over_and_ends_with_zero()
    {
        LedgerDid patient = await (await _members.SeatAsync(1, _hospital)).PatientAsync("p");
        for (int stopped = 0; stopped < _members.Count; stopped++)
        {
            (await _members[stopped].StopAsync()).Should().Be(0);
            long since = Stopwatch.GetTimestamp();
            await (await SeatBesideAsync(stopped)).DepositAsync(patient, stopped * 4, 4);
            output.WriteLine($"member {stopped} stopped: the next commit after {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms");
            await _members[stopped].StartAsync();
            await _members.UntilReadyAsync(stopped);
        }
        await _members.AssertReplicasAreAlikeAsync();
    }

    [Fact]
    public async Task A_member_that_stands_still_holds_up_nobody_and_goes_on_when_it_wakes()
    {
        LedgerDid patient = await (await _members.SeatAsync(0, _hospital)).PatientAsync("p");
        int records = 0;
        for (int paused = 0; paused < _members.Count; paused++)
        {
            _members[paused].Pause();
            long since = Stopwatch.GetTimestamp();
            Seat others = await SeatBesideAsync(paused);
            await others.DepositAsync(patient, records, 8);
            output.WriteLine($"member {paused} stands still: the next commit after {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms");
            await others.DepositAsync(patient, records + 8, 8);
            records += 16;
            _members[paused].Resume();
            await _members.UntilReadyAsync(paused);
            await AssertReadsAsync(await SeatOfAsync(paused, patient), patient, records);
        }
        await _members.AssertReplicasAreAlikeAsync();
    }

    [Fact]
    public async Task With_two_members_down_nothing_is_committed_and_nothing_wrong_is_said()
    {
        LedgerDid patient = await (await _members.SeatAsync(0, _hospital)).PatientAsync("p");
        Seat seat = await SeatOfAsync(0, patient);
        await seat.DepositAsync(patient, 0, 4);
        await Task.WhenAll(_members[2].KillAsync(), _members[3].KillAsync());
        Task<IReadOnlyList<DepositedRecord>> waiting = seat.DepositAsync(patient, 4, 4);
        (await seat.Client.Connection.CheckpointAsync()).IsOk.Should().BeTrue("proofs of what is committed are still given");
        waiting.IsCompleted.Should().BeFalse("two of four are no quorum");
        await Task.WhenAll(_members[2].StartAsync(), _members[3].StartAsync());
        await waiting.WaitAsync(TimeSpan.FromSeconds(60));
        await _members.UntilReadyAsync(0, 1, 2, 3);
        await AssertReadsAsync(await SeatOfAsync(3, patient), patient, 8);
        await _members.AssertReplicasAreAlikeAsync();
    }

    /// <summary>The hospital at a member's doors, once that member knows the patient.</summary>
    private async Task<Seat> SeatOfAsync(int member, LedgerDid patient)
    {
        Seat seat = await _members.SeatAsync(member, _hospital);
        await Waiting.EventuallyAsync(async () => await seat.Client.Queries.AccessLogAsync(_hospital.Party, patient, -1, 1));
        return seat;
    }

    /// <summary>The hospital at the doors of the other members.</summary>
    private async Task<Seat> SeatBesideAsync(int member) =>
        new(await _members.ClientAsync(TimeSpan.FromSeconds(10), Enumerable.Range(1, _members.Count - 1).Select(i => (member + i) % _members.Count)), _hospital);

    private static async Task AssertReadsAsync(Seat seat, LedgerDid patient, int records)
    {
        OpenedRecords read = TestCluster.Good(await seat.Reader.ReadAsync(Seat.Access(patient)));
        read.Records.Select(record => Convert.ToHexString(record.Content!.Value.Span)).Should().BeEquivalentTo(Enumerable.Range(0, records).Select(i => Convert.ToHexString(Seat.ContentOf(i))));
    }
}
