using System.Security.Cryptography;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Actors.Network;
using HealthLedger.Actors.Nodes;
using HealthLedger.Node.Doors;
using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Snapshots;

namespace HealthLedger.Node.Standalone;

/// <summary>The members' nodes of a standalone network: a node comes and goes with its member.</summary>
internal sealed class StandaloneNodes : IAsyncDisposable
{
    private readonly RandomNumberGenerator _random;
    private readonly NodeSlot[] _slots;

    private StandaloneNodes(StandaloneNetwork network, IReadOnlyList<SnapshotStore> snapshots, RandomNumberGenerator random, TimeProvider clock, ILoggerFactory logs)
    {
        (Network, _random) = (network, random);
        _slots = [.. snapshots.Select((store, member) => new NodeSlot(network.Runner(member), network.Genesis, store, clock, random, logs))];
    }

    /// <summary>The network.</summary>
    public StandaloneNetwork Network { get; }

    /// <summary>A member's node; null while the member is down.</summary>
    public MemberNode? this[int member] => _slots[member].Current;

    /// <summary>Where a member's node is while there is one.</summary>
    public NodeSlot Slot(int member) => _slots[member];

    /// <summary>Starts the network in a folder, founding it where there is none.</summary>
    public static async Task<Result<StandaloneNodes>> StartAsync(NodeOptions options, string networkName, NodeDatabases databases, TimeProvider clock, ILoggerFactory logs)
    {
        RandomNumberGenerator random = RandomNumberGenerator.Create();
        StandaloneOptions standalone = new() { Network = networkName, Shards = options.Shards, Shard = new LedgerShardOptions { SlowAfter = options.SlowAfter } };
        Directory.CreateDirectory(options.Data);
        Result<StandaloneNetwork> started = await StandaloneNetwork.StartAsync(options.Data, options.Members, standalone, random, clock, logs);
        if (!started.TryGet(out StandaloneNetwork? network, out Fault fault)) return fault;
        List<SnapshotStore> snapshots = [];
        for (int member = 0; member < network.Count; member++)
        {
            Result<SnapshotStore> store = databases.Store(network.Genesis, network.IdOf(member), network.FolderOf(member), random);
            if (!store.IsOk)
            {
                await network.DisposeAsync();
                return store.Fault;
            }
            snapshots.Add(store.Value);
        }
        return new StandaloneNodes(network, snapshots, random, clock, logs);
    }

    /// <summary>Stops a member and its node.</summary>
    public async Task StopMemberAsync(int member)
    {
        await _slots[member].DisposeAsync();
        await Network.StopMemberAsync(member);
    }

    /// <summary>Starts a member that is down, and its node; the fault where it does not start.</summary>
    public async Task<Fault?> StartMemberAsync(int member)
    {
        Result<StandaloneMember> started = await Network.StartMemberAsync(member);
        return started.IsOk ? null : started.Fault;
    }

    /// <summary>Stops everything.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (NodeSlot slot in _slots) await slot.DisposeAsync();
        await Network.DisposeAsync();
        _random.Dispose();
    }
}
