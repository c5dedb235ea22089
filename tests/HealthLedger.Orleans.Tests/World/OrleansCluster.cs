using System.Collections.Concurrent;
using System.Security.Cryptography;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Actors.Network;
using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Network;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Gateway.Nodes;
using HealthLedger.Gateway.Tests.World;
using HealthLedger.Orleans.Clients;
using HealthLedger.Orleans.Database;
using HealthLedger.Orleans.Hosting;
using HealthLedger.Orleans.Members;
using HealthLedger.Protocol.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;
using TestCluster = HealthLedger.Cluster.Tests.World.TestCluster;

namespace HealthLedger.Orleans.Tests.World;

/// <summary>
/// A cluster of silos in this process, each with one member's validator; the validators reach each other through memory, clients reach the silos through
/// their gateways. A member and its silo live and die together. Either in the engine's test cluster, or as a node runs it: over sockets, with the
/// cluster's table, reminders and snapshots in a database, and TLS.
/// </summary>
internal sealed class OrleansCluster : IStoryCluster
{
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly ConcurrentBag<ClusterNode> _nodes = [];
    private readonly ILoggerFactory _logs = LoggerFactory.Create(_ => { });
    private readonly RunningSilo?[] _silos;
    private readonly string _folder = Directory.CreateTempSubdirectory("healthledger-").FullName;
    private readonly ISilos _host;

    private OrleansCluster(int members, ClusterPlace? place, ClusterTls? clientTls)
    {
        _silos = new RunningSilo?[members];
        _host = place is null ? new TestSilos(SiteOf, Log) : new PlacedSilos(place, clientTls, SiteOf);
    }

    /// <summary>What silos log.</summary>
    public CapturedLog Log { get; } = new();

    public StandaloneNetwork Network { get; private set; } = null!;

    public int Count => _silos.Length;

    public ShiftedClock Clock { get; } = new();

    public OrganizationWallet Hospital => Wallet(0);

    public OrganizationWallet Clinic => Wallet(Count);

    /// <summary>A client of the cluster, outside of every silo.</summary>
    public IGrainFactory Client => _host.Client;

    /// <summary>What a member's silo hosts.</summary>
    public MemberSite Site(int member) => _silos[member]!.Services.GetRequiredService<MemberSite>();

    /// <param name="members">Members of the network.</param>
    /// <param name="up">Silos that are up at the start; all where null.</param>
    /// <param name="place">The database and keys; the engine's test cluster where null.</param>
    /// <param name="clientTls">The client's keys.</param>
    public static async Task<OrleansCluster> StartAsync(int members = 4, int? up = null, ClusterPlace? place = null, ClusterTls? clientTls = null)
    {
        OrleansCluster cluster = new(members, place, clientTls);
        StandaloneOptions options = TestCluster.Options with { ShardsElsewhere = true };
        cluster.Network = (await StandaloneNetwork.StartAsync(cluster._folder, members, options, cluster._random, cluster.Clock, cluster._logs)).Value;
        for (int member = up ?? members; member < members; member++) await cluster.Network.StopMemberAsync(member);
        await Task.WhenAll(Enumerable.Range(0, up ?? members).Select(cluster.StartSiloAsync));
        await cluster._host.ConnectAsync();
        await Waiting.UntilAsync(() => Enumerable.Range(0, up ?? members).All(cluster.IsUp), "every silo's shards are awake");
        return cluster;
    }

    public async Task<Seat> SeatAsync(int member, OrganizationWallet wallet) =>
        new(TestCluster.Good(await LedgerClient.ConnectAsync(new NodeConnection(Node(member)), Network.Genesis.Hash, new LedgerClientOptions { Retry = RetrySchedule.Default }, Clock, _random)), wallet);

    /// <summary>A gateway's way into the cluster: that member first, then the others.</summary>
    public ClusterNode Node(int member)
    {
        ClusterNode node = new(Client, Network.Genesis, new ClusterNodeOptions { Members = [.. Enumerable.Range(0, Count).Select(i => Network.IdOf((member + i) % Count))] }, TimeProvider.System);
        _nodes.Add(node);
        return node;
    }

    public LedgerShardActor ShardOf(int member, int shard) => Site(member).Stand!.Awake.Single(actor => actor.Shard == shard);

    public string Fingerprint(int member, int shard) => TestCluster.Fingerprint(Network.Member(member)!.Replica, shard);

    public async Task KillAsync(int member)
    {
        RunningSilo silo = Interlocked.Exchange(ref _silos[member], null)!;
        await Network.KillMemberAsync(member);
        await silo.KillAsync();
    }

    public async Task StopAsync(int member)
    {
        RunningSilo silo = Interlocked.Exchange(ref _silos[member], null)!;
        await silo.StopAsync();
        await Network.StopMemberAsync(member);
    }

    public async Task RestartAsync(int member)
    {
        (await Network.StartMemberAsync(member)).Fault.Should().Be(default(Fault));
        await StartSiloAsync(member);
        await Waiting.UntilAsync(() => IsUp(member), "the silo's shards are awake");
    }

    public Task UntilLevelAsync(params int[] members) => Waiting.UntilAsync(
        () => Enumerable.Range(0, Network.Genesis.Shards + 1).All(shard => members.Select(member => Network.Member(member)?.Replica.TipOf(shard).Info.Hash).Distinct().Count() == 1),
        "the members come to the same height");

    public Task UntilVotingAsync() => Waiting.UntilAsync(() => Enumerable.Range(0, Count).All(member => Network.Member(member)?.Replica.Health.IsVoting == true), "every member votes");

    public async ValueTask DisposeAsync()
    {
        foreach (ClusterNode node in _nodes) await node.DisposeAsync();
        for (int member = 0; member < Count; member++)
            if (_silos[member] is not null) await StopAsync(member);
        await _host.DisposeAsync();
        await Network.DisposeAsync();
        _logs.Dispose();
        _random.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartSiloAsync(int member) => _silos[member] = await _host.StartAsync(member);

    private bool IsUp(int member) => Network.Member(member)!.Replica.IsLevel && Site(member).Stand is { } stand && stand.Awake.Count() == stand.Replica.ShardCount;

    private MemberSiteOptions SiteOf(int member) => new()
    {
        Member = Network.IdOf(member),
        Replica = () => Network.Member(member)?.Replica,
        Organization = Network.Organizations[member].Signing,
        Random = _random,
        Clock = Clock,
    };

    private OrganizationWallet Wallet(int organization)
    {
        OrganizationKeys keys = Network.Organizations[organization];
        return new OrganizationWallet(keys.Did.Network, keys.Identity.Public, keys.Signing, keys.Sealing, keys.IndexKey);
    }
}
