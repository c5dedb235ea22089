using System.Security.Cryptography;
using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Actors.Network;
using HealthLedger.Actors.Nodes;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Standalone;

/// <summary>The members' nodes of a standalone network: a node comes and goes with its member.</summary>
internal sealed class StandaloneNodes : IAsyncDisposable
{
    private readonly RandomNumberGenerator _random;
    private readonly TimeProvider _clock;
    private readonly ILoggerFactory _logs;
    private readonly (StandaloneMember Member, MemberNode Node)?[] _nodes;
    private readonly Lock _gate = new();

    private StandaloneNodes(StandaloneNetwork network, RandomNumberGenerator random, TimeProvider clock, ILoggerFactory logs)
    {
        (Network, _random, _clock, _logs) = (network, random, clock, logs);
        _nodes = new (StandaloneMember, MemberNode)?[network.Count];
    }

    /// <summary>The network.</summary>
    public StandaloneNetwork Network { get; }

    /// <summary>A member's node; null while the member is down. A replica that ended to compute damaged rows anew comes back with a node of its own.</summary>
    public MemberNode? this[int member]
    {
        get
        {
            lock (_gate)
            {
                StandaloneMember? up = Network.Member(member);
                if (_nodes[member] is { } known && known.Member == up) return known.Node;
                if (_nodes[member] is { } gone) _ = gone.Node.DisposeAsync().AsTask();
                _nodes[member] = up is null ? null : (up, Open(up));
                return _nodes[member]?.Node;
            }
        }
    }

    /// <summary>Starts the network in a folder, founding it where there is none.</summary>
    public static async Task<Result<StandaloneNodes>> StartAsync(NodeOptions options, string networkName, TimeProvider clock, ILoggerFactory logs)
    {
        RandomNumberGenerator random = RandomNumberGenerator.Create();
        StandaloneOptions standalone = new() { Network = networkName, Shards = options.Shards, Shard = new LedgerShardOptions { SlowAfter = options.SlowAfter } };
        Directory.CreateDirectory(options.Data);
        Result<StandaloneNetwork> started = await StandaloneNetwork.StartAsync(options.Data, options.Members, standalone, random, clock, logs);
        return started.TryGet(out StandaloneNetwork? network, out Fault fault) ? new StandaloneNodes(network, random, clock, logs) : fault;
    }

    /// <summary>Stops a member and its node.</summary>
    public async Task StopMemberAsync(int member)
    {
        await CloseAsync(member);
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
        for (int i = 0; i < _nodes.Length; i++) await CloseAsync(i);
        await Network.DisposeAsync();
        _random.Dispose();
    }

    private async Task CloseAsync(int member)
    {
        MemberNode? node;
        lock (_gate) (node, _nodes[member]) = (_nodes[member]?.Node, null);
        if (node is not null) await node.DisposeAsync();
    }

    private MemberNode Open(StandaloneMember member) => new(member.Replica, [.. Enumerable.Range(0, member.Replica.ShardCount).Select(member.Shard)], member.Keys.Signing,
        new EmbeddedHostOptions(), _clock, _random, _logs);
}
