using System.Security.Cryptography;
using HealthLedger.Actors.Hosting;
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
    private readonly MemberNode?[] _nodes;

    private StandaloneNodes(StandaloneNetwork network, RandomNumberGenerator random, TimeProvider clock, ILoggerFactory logs)
    {
        (Network, _random, _clock, _logs) = (network, random, clock, logs);
        _nodes = new MemberNode?[network.Count];
        for (int i = 0; i < network.Count; i++) Open(i);
    }

    /// <summary>The network.</summary>
    public StandaloneNetwork Network { get; }

    /// <summary>A member's node; null while the member is down.</summary>
    public MemberNode? this[int member] => _nodes[member];

    /// <summary>Starts the network in a folder, founding it where there is none.</summary>
    public static async Task<Result<StandaloneNodes>> StartAsync(NodeOptions options, string networkName, TimeProvider clock, ILoggerFactory logs)
    {
        RandomNumberGenerator random = RandomNumberGenerator.Create();
        StandaloneOptions standalone = new() { Network = networkName, Shards = options.Shards };
        Directory.CreateDirectory(options.Data);
        Result<StandaloneNetwork> started = await StandaloneNetwork.StartAsync(options.Data, options.Members, standalone, random, clock, logs);
        return started.TryGet(out StandaloneNetwork? network, out Fault fault) ? new StandaloneNodes(network, random, clock, logs) : fault;
    }

    /// <summary>Stops a member and its node.</summary>
    public async Task StopMemberAsync(int member)
    {
        if (Interlocked.Exchange(ref _nodes[member], null) is { } node) await node.DisposeAsync();
        await Network.StopMemberAsync(member);
    }

    /// <summary>Starts a member that is down, and its node; the fault where it does not start.</summary>
    public async Task<Fault?> StartMemberAsync(int member)
    {
        Result<StandaloneMember> started = await Network.StartMemberAsync(member);
        if (!started.IsOk) return started.Fault;
        if (_nodes[member] is null) Open(member);
        return null;
    }

    /// <summary>Stops everything.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int i = 0; i < _nodes.Length; i++)
            if (Interlocked.Exchange(ref _nodes[i], null) is { } node) await node.DisposeAsync();
        await Network.DisposeAsync();
        _random.Dispose();
    }

    private void Open(int index)
    {
        StandaloneMember member = Network.Member(index)!;
        _nodes[index] = new MemberNode(member.Replica, [.. Enumerable.Range(0, member.Replica.ShardCount).Select(member.Shard)], member.Keys.Signing,
            new EmbeddedHostOptions(), _clock, _random, _logs);
    }
}
