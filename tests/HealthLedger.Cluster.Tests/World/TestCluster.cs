using System.Security.Cryptography;
using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Actors.Network;
using HealthLedger.Actors.Nodes;
using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Network;
using HealthLedger.Gateway.Tests.World;
using HealthLedger.Storage;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Validator;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Cluster.Tests.World;

/// <summary>A network of members with a folder each, their nodes, and clients that reach them; members stop, crash and come back.</summary>
internal sealed class TestCluster : IStoryCluster
{
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly MemberNode?[] _nodes;
    private readonly ILoggerFactory _logs;

    private TestCluster(int members)
    {
        _nodes = new MemberNode?[members];
        _logs = LoggerFactory.Create(builder => builder.AddProvider(Log));
    }

    /// <summary>Small files, so that a test writes little, and a state that is on the disk soon.</summary>
    public static StandaloneOptions Options { get; } = new()
    {
        Network = "test-cluster",
        Storage = new StorageOptions { SegmentBytes = 4 << 20, PrepareBytes = 256 << 10, VoteFileBytes = 256 << 10 },
    };

    public string Folder { get; } = Directory.CreateTempSubdirectory("healthledger-").FullName;

    public ShiftedClock Clock { get; } = new();

    public CapturedLog Log { get; } = new();

    public StandaloneNetwork Network { get; private set; } = null!;

    public int Count => _nodes.Length;

    public OrganizationWallet Hospital => Wallet(0);

    public OrganizationWallet Clinic => Wallet(Count);

    /// <summary>Where a member's node keeps snapshots; null for nowhere.</summary>
    public Func<int, SnapshotStore>? Snapshots { get; private init; }

    public static async Task<TestCluster> StartAsync(int members = 4, Func<int, SnapshotStore>? snapshots = null)
    {
        TestCluster cluster = new(members) { Snapshots = snapshots };
        await cluster.OpenAsync();
        return cluster;
    }

    /// <summary>Starts all members on what is in their folders.</summary>
    public async Task OpenAsync()
    {
        Network = (await StandaloneNetwork.StartAsync(Folder, Count, Options, _random, Clock, _logs)).Value;
        for (int member = 0; member < Count; member++) await NodeAsync(member);
        await Waiting.UntilAsync(() => Enumerable.Range(0, Count).All(member => Network.Member(member)!.Replica.IsLevel), "every member is level");
    }

    /// <summary>Kills all members at once, as a power cut would.</summary>
    public async Task CrashAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, Count).Select(KillAsync));
        await Network.DisposeAsync();
    }

    /// <summary>A member's node; null while the member is down. A replica that started itself anew gets a new node.</summary>
    public async Task<MemberNode?> NodeAsync(int member)
    {
        if (Network.Member(member) is { } up && up.Replica == Volatile.Read(ref _replicas[member])) return Volatile.Read(ref _nodes[member]);
        await _gate.WaitAsync();
        try
        {
            StandaloneMember? now = Network.Member(member);
            if (now is not null && now.Replica == _replicas[member]) return _nodes[member];
            if (Interlocked.Exchange(ref _nodes[member], null) is { } old) await old.DisposeAsync();
            Volatile.Write(ref _replicas[member], now?.Replica);
            return _nodes[member] = now is null ? null : Open(now);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task StopAsync(int member)
    {
        await CloseNodeAsync(member);
        await Network.StopMemberAsync(member);
    }

    public async Task KillAsync(int member)
    {
        await Network.KillMemberAsync(member);
        await CloseNodeAsync(member);
    }

    public async Task RestartAsync(int member)
    {
        (await Network.StartMemberAsync(member)).Fault.Should().Be(default(Protocol.Errors.Fault));
        await NodeAsync(member);
    }

    /// <summary>A client of one member's node, which stays one when the member comes back.</summary>
    public async Task<LedgerClient> ClientAsync(int member, RetrySchedule? retry = null) =>
        Good(await LedgerClient.ConnectAsync(new MemberConnection(this, member), Network.Genesis.Hash, new LedgerClientOptions { Retry = retry ?? RetrySchedule.Default }, Clock, _random));

    /// <summary>An organization at one member's node.</summary>
    public async Task<Seat> SeatAsync(int member, OrganizationWallet wallet) => new(await ClientAsync(member), wallet);

    /// <summary>The wallet of an organization: the members' first, then those beside them.</summary>
    public OrganizationWallet Wallet(int organization)
    {
        OrganizationKeys keys = Network.Organizations[organization];
        return new OrganizationWallet(keys.Did.Network, keys.Identity.Public, keys.Signing, keys.Sealing, keys.IndexKey);
    }

    public LedgerShardActor ShardOf(int member, int shard) => Network.Member(member)!.Shard(shard);

    /// <summary>The folder of a member's replica.</summary>
    public string StoreOf(int member) => Path.Combine(Folder, "members", $"{member}", "store");

    /// <summary>All that one member holds of one shard of the committed ledger, hashed: blocks, outcomes, tree, rows.</summary>
    public string Fingerprint(int member, int shard) => Fingerprint(Network.Member(member)!.Replica, shard);

    /// <summary>All that one replica holds of one shard of the committed ledger, hashed: blocks, outcomes, tree, rows.</summary>
    public static string Fingerprint(Replica replica, int shard)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long height = 1; height <= replica.TipOf(shard).Info.Height; height++) hash.AppendData(replica.Store.Blocks.TryRead((uint)shard, (ulong)height)!.Bytes.Span);
        hash.AppendData(replica.Tree(shard).Root.Bytes);
        foreach (Protocol.State.Row row in replica.Store.State((uint)shard).Scan(default))
        {
            hash.AppendData(row.Key.Span);
            hash.AppendData(row.Value.Span);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Waits until members have committed the same blocks in every shard.</summary>
    public Task UntilLevelAsync(params int[] members) => Waiting.UntilAsync(
        () => Enumerable.Range(0, Network.Genesis.Shards + 1).All(shard => members.Select(member => Network.Member(member)?.Replica.TipOf(shard).Info.Hash).Distinct().Count() == 1),
        "the members come to the same height");

    /// <summary>Waits until every member votes in every shard.</summary>
    public Task UntilVotingAsync() => Waiting.UntilAsync(() => Enumerable.Range(0, Count).All(member => Network.Member(member)?.Replica.Health.IsVoting == true), "every member votes");

    public async ValueTask DisposeAsync()
    {
        for (int member = 0; member < Count; member++) await CloseNodeAsync(member);
        await Network.DisposeAsync();
        _logs.Dispose();
        _random.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    public static T Good<T>(Protocol.Errors.Result<T> result)
    {
        result.IsOk.Should().BeTrue(result.IsOk ? "" : result.Fault.ToString());
        return result.Value;
    }

    private readonly Replica?[] _replicas = new Replica?[StandaloneOptions.MembersMax];

    private MemberNode Open(StandaloneMember member) => Open(member, Clock);

    /// <summary>A node over a member that is up, with a clock of its own.</summary>
    public MemberNode Open(StandaloneMember member, TimeProvider clock) => new(
        member.Replica, [.. Enumerable.Range(0, member.Replica.ShardCount).Select(member.Shard)], member.Signing,
        new EmbeddedHostOptions { CopyValues = true, ForbidCycles = true, DuplicateActivations = 2 }, clock, _random, _logs) { Snapshots = Snapshots?.Invoke(member.Replica.Member) };

    private async Task CloseNodeAsync(int member)
    {
        Volatile.Write(ref _replicas[member], null);
        if (Interlocked.Exchange(ref _nodes[member], null) is { } node) await node.DisposeAsync();
    }
}
