using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using HealthLedger.Client;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Read;
using HealthLedger.Cluster.Tests.Processes;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Cluster.Tests.Members;

/// <summary>Doors in a process of their own, in front of members' nodes.</summary>
public sealed class GatewayProcessTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private MemberProcesses _members = null!;
    private NodeProcess _gateway = null!;
    private OrganizationWallet _hospital = null!;

    public async ValueTask InitializeAsync()
    {
        _members = await MemberProcesses.StartAsync();
        _hospital = _members.WalletOf(0);
        _gateway = _members.Gateway();
        await _gateway.StartAsync();
        await UntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _hospital.Dispose();
        _http.Dispose();
        await _gateway.DisposeAsync();
        await _members.DisposeAsync();
    }

    [Fact]
    public async Task A_gateway_goes_on_when_the_member_behind_it_is_killed_or_stands_still()
    {
        Seat seat = await SeatAsync();
        LedgerDid patient = await seat.PatientAsync("p");
        await seat.DepositAsync(patient, 0, 4);
        await _members[0].KillAsync();
        await seat.DepositAsync(patient, 4, 4);
        await _members[0].StartAsync();
        await _members.UntilReadyAsync(0);
        _members[0].Pause();
        await seat.DepositAsync(patient, 8, 4);
        OpenedRecords read = TestCluster.Good(await seat.Reader.ReadAsync(Seat.Access(patient)));
        read.Records.Should().HaveCount(12);
        (await StatusAsync(_gateway.Address)).GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("ready").GetBoolean()).Should().Equal(false, true, true, true);
        _members[0].Resume();
        (await _gateway.StopAsync()).Should().Be(0);
    }

    [Fact]
    public async Task A_gateway_without_members_says_so_and_is_not_ready()
    {
        for (int member = 0; member < _members.Count; member++) await _members[member].KillAsync();
        await Waiting.UntilAsync(async () => await ReadyAsync() == HttpStatusCode.ServiceUnavailable, "it notices");
        (await _http.GetAsync(new Uri(_gateway.Address, "health/live"))).StatusCode.Should().Be(HttpStatusCode.OK);
        using HttpResponseMessage checkpoint = await _http.GetAsync(new Uri(_gateway.Address, "ledger/checkpoint"));
        checkpoint.StatusCode.Should().BeOneOf(HttpStatusCode.ServiceUnavailable, HttpStatusCode.BadGateway);
    }

    [Fact]
    public async Task A_members_status_names_shards_leaders_and_links_and_nothing_of_a_patient()
    {
        Seat seat = await SeatAsync();
        LedgerDid patient = await seat.PatientAsync("p");
        await seat.DepositAsync(patient, 0, 4);
        JsonElement status = await StatusAsync(_members[1].Address);
        status.GetProperty("role").GetString().Should().Be("member");
        status.GetProperty("ready").GetBoolean().Should().BeTrue();
        status.GetProperty("member").GetProperty("index").GetInt32().Should().Be(1);
        status.GetProperty("configuration").GetProperty("quorum").GetInt32().Should().Be(3);
        string[] names = [.. status.GetProperty("configuration").GetProperty("members").EnumerateArray().Select(member => member.GetProperty("name").GetString()!)];
        JsonElement[] shards = [.. status.GetProperty("shards").EnumerateArray()];
        shards.Should().HaveCount(5).And.OnlyContain(shard => names.Contains(shard.GetProperty("leader").GetString()) && shard.GetProperty("mode").GetString() == "Voting");
        shards.Sum(shard => shard.GetProperty("height").GetInt64()).Should().BePositive();
        JsonElement[] links = [.. status.GetProperty("links").EnumerateArray()];
        links.Should().HaveCount(3).And.OnlyContain(link => link.GetProperty("isUp").GetBoolean() && link.GetProperty("version").GetInt32() == 1);
        status.GetProperty("store").GetProperty("diskFreeBytes").GetInt64().Should().BePositive();
        status.GetRawText().Should().NotContain("did:");

        await _members[3].KillAsync();
        await Waiting.UntilAsync(async () => (await StatusAsync(_members[1].Address)).GetProperty("links").EnumerateArray().Count(link => link.GetProperty("isUp").GetBoolean()) == 2, "the status shows who is gone");
    }

    private async Task<Seat> SeatAsync() => new(TestCluster.Good(await LedgerClient.ConnectAsync(
        new HttpLedgerConnection(_http, new HttpLedgerOptions { BaseAddress = _gateway.Address }, TimeProvider.System), _members.Genesis.Hash)), _hospital);

    private async Task<JsonElement> StatusAsync(Uri node) => await _http.GetFromJsonAsync<JsonElement>(new Uri(node, "ledger/status"));

    private async Task<HttpStatusCode> ReadyAsync()
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(_gateway.Address, "health/ready"));
        return answer.StatusCode;
    }

    private Task UntilReadyAsync() => Waiting.UntilAsync(async () => await ReadyAsync() == HttpStatusCode.OK, "the gateway is ready");
}
