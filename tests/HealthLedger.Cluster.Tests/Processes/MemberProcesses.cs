using System.Security.Cryptography;
using HealthLedger.Actors.Network;
using HealthLedger.Client;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Network;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Validator;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Links;
using Microsoft.Extensions.Logging.Abstractions;

namespace HealthLedger.Cluster.Tests.Processes;

/// <summary>
/// A network whose members are processes of their own, founded in a folder of its own: each is started, killed, held still and started again one by one.
/// </summary>
internal sealed class MemberProcesses : IAsyncDisposable
{
    private const int Shards = 4;
    private readonly NodeProcess[] _nodes;
    private readonly int[] _linkPorts;
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private MemberProcesses(int members)
    {
        int[] ports = NodeProcess.FreePorts(2 * members);
        _linkPorts = ports[members..];
        Uri Links(int member) => new($"https://127.0.0.1:{_linkPorts[member]}");
        Genesis = TestCluster.Good(LocalFounding.Found(Folder, members, Shards, "test-members", Links, _random, TimeProvider.System));
        _nodes = [.. Enumerable.Range(0, members).Select(member =>
            new NodeProcess(new Uri($"http://127.0.0.1:{ports[member]}/"), Path.Combine(Folder, $"member-{member}.log"), "--role", "member", "--data", FolderOf(member), "--links-url", Links(member).AbsoluteUri))];
    }

    /// <summary>Where everything lives; deleted at the end.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("healthledger-").FullName;

    /// <summary>The genesis.</summary>
    public GenesisFile Genesis { get; }

    /// <summary>Members, up or down.</summary>
    public int Count => _nodes.Length;

    /// <summary>A member's process.</summary>
    public NodeProcess this[int member] => _nodes[member];

    /// <summary>A member's folder.</summary>
    public string FolderOf(int member) => LocalFounding.MemberFolderOf(Folder, member);

    /// <summary>Where a member's replica lives.</summary>
    public string StoreOf(int member) => Path.Combine(FolderOf(member), "replica");

    /// <summary>The port on which a member's links listen.</summary>
    public int LinkPortOf(int member) => _linkPorts[member];

    /// <summary>Founds a network; nothing runs yet.</summary>
    public static MemberProcesses Found(int members = 4) => new(members);

    /// <summary>Founds a network, starts every member and waits until all are ready.</summary>
    public static async Task<MemberProcesses> StartAsync(int members = 4)
    {
        MemberProcesses processes = Found(members);
        await Task.WhenAll(processes._nodes.Select(node => node.StartAsync()));
        await processes.UntilReadyAsync([.. Enumerable.Range(0, processes.Count)]);
        return processes;
    }

    /// <summary>A gateway in front of all members, the first preferred, not started yet.</summary>
    public NodeProcess Gateway() => new(new Uri($"http://127.0.0.1:{NodeProcess.FreePorts(1)[0]}/"), Path.Combine(Folder, "gateway.log"),
        "--role", "gateway", "--data", LocalFounding.GatewayFolderOf(Folder), "--nodes", string.Join(',', _nodes.Select(node => node.Address)));

    /// <summary>Waits until members are level with the others and vote.</summary>
    public Task UntilReadyAsync(params int[] members) => Waiting.UntilAsync(async () =>
    {
        foreach (int member in members)
            if (!await IsReadyAsync(member)) return false;
        return true;
    }, "the members are ready");

    /// <summary>True while a member is level and votes.</summary>
    public async Task<bool> IsReadyAsync(int member)
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri(_nodes[member].Address, "health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>A client of one member's node.</summary>
    public async Task<LedgerClient> ClientAsync(int member, RetrySchedule? retry = null) => await ClientAsync(Connection(member), retry);

    /// <summary>A client of several members' nodes, which goes to the next where one fails.</summary>
    public async Task<LedgerClient> ClientAsync(TimeSpan timeout, params IEnumerable<int> members) =>
        await ClientAsync(new FailoverConnection([.. members.Select(Connection)], new FailoverOptions { Timeout = timeout }, TimeProvider.System), null);

    /// <summary>The wallet of a member's organization, whose keys are in its folder.</summary>
    public OrganizationWallet WalletOf(int member)
    {
        PartyFolder party = TestCluster.Good(PartyFolder.Open(MemberFolder.MemberPath(FolderOf(member))));
        return new OrganizationWallet(Genesis.Network, party.Request.Organization.Identity, TestCluster.Good(party.ReadSigning()), TestCluster.Good(party.ReadSealing()), TestCluster.Good(party.ReadIndex()));
    }

    /// <summary>An organization at one member's node.</summary>
    public async Task<Seat> SeatAsync(int member, OrganizationWallet wallet) => new(await ClientAsync(member), wallet);

    /// <summary>
    /// Stops every member that is up, opens all replicas in this process, waits until they are level, and compares all that each holds of the committed
    /// ledger: blocks, outcomes, tree, rows.
    /// </summary>
    public async Task AssertReplicasAreAlikeAsync()
    {
        foreach (NodeProcess node in _nodes)
            if (node.Id is not null) await node.StopAsync();
        LoopbackLinks links = new();
        MemberRunner[] members = [.. Enumerable.Range(0, Count).Select(member => Runner(member, links))];
        try
        {
            foreach (MemberRunner member in members) TestCluster.Good(await member.StartAsync());
            await Waiting.UntilAsync(() => members.All(member => member.Up!.Replica.Health is { IsVoting: true, DamageFound: 0 }), "every member votes, and none found damage");
            for (int shard = 0; shard <= Genesis.Shards; shard++)
                await Waiting.UntilAsync(() => members.Select(member => TestCluster.Fingerprint(member.Up!.Replica, shard)).Distinct().Count() == 1, $"shard {shard} is the same at every member");
        }
        finally
        {
            foreach (MemberRunner member in members) await member.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (NodeProcess node in _nodes) await node.DisposeAsync();
        _http.Dispose();
        _random.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private MemberRunner Runner(int member, LoopbackLinks links)
    {
        PartyFolder party = TestCluster.Good(PartyFolder.Open(MemberFolder.MemberPath(FolderOf(member))));
        Hash32 id = party.Request.Organization.Identity.KeyId;
        return new MemberRunner(new MemberParts
        {
            Member = id,
            Book = () => new ConfigurationBook(Genesis),
            ValidatorKeys = () => [TestCluster.Good(party.ReadValidator())],
            Signing = TestCluster.Good(party.ReadSigning()),
            Links = links.Of(id),
            Connect = endpoint => links.Connect(id, endpoint),
            Replica = new ReplicaOptions { Folder = StoreOf(member) },
            Random = _random,
            Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
        });
    }

    private HttpLedgerConnection Connection(int member) =>
        new(_http, new HttpLedgerOptions { BaseAddress = _nodes[member].Address, SubmitTimeout = TimeSpan.FromSeconds(20), QueryTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System);

    private async Task<LedgerClient> ClientAsync(ILedgerConnection connection, RetrySchedule? retry) =>
        TestCluster.Good(await LedgerClient.ConnectAsync(connection, Genesis.Hash, new LedgerClientOptions { Retry = retry ?? RetrySchedule.Default }, random: _random));
}
