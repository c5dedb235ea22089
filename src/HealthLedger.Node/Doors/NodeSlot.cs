using System.Security.Cryptography;
using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Network;
using HealthLedger.Actors.Nodes;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Validator.Links.Http;

namespace HealthLedger.Node.Doors;

/// <summary>The node of one member, which comes and goes with it: a replica that ended to compute damaged rows anew comes back with a node of its own.</summary>
internal sealed class NodeSlot(MemberRunner runner, GenesisFile genesis, SnapshotStore snapshots, TimeProvider clock, RandomNumberGenerator random, ILoggerFactory logs) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private (StandaloneMember Member, MemberNode Node)? _open;

    /// <summary>The node; null while the member is down.</summary>
    public MemberNode? Current
    {
        get
        {
            lock (_gate)
            {
                StandaloneMember? up = runner.Up;
                if (_open is { } known && known.Member == up) return known.Node;
                if (_open is { } gone) _ = gone.Node.DisposeAsync().AsTask();
                _open = up is null ? null : (up, new MemberNode(up.Replica, up.Shards, up.Signing, new EmbeddedHostOptions(), clock, random, logs) { Snapshots = snapshots });
                return _open?.Node;
            }
        }
    }

    /// <summary>How the member does; a drained one is not ready, so that no new work comes to it.</summary>
    public NodeHealth Health()
    {
        if (Current is not { } node) return new NodeHealth(false, [], ["The member is down."]);
        NodeHealth health = node.Health();
        return runner.Up?.IsDrained == true ? health with { Ready = false, Warnings = [.. health.Warnings, "The node is drained: it leads nothing and takes no new work, and it votes. `healthledger admin resume` ends that."] } : health;
    }

    /// <summary>What an operator sees of the member, up or down.</summary>
    /// <param name="role">What the process is.</param>
    /// <param name="links">Its links; null where the others are in the same process.</param>
    public NodeStatus Status(string role, HttpLinks? links)
    {
        if (Current is not null && runner.Up is { } member) return StatusDesk.Of(role, member, Health(), links, clock);
        return new NodeStatus
        {
            Role = role, Build = StatusDesk.Build, Network = genesis.Network, Genesis = genesis.Hash.ToString(), Time = clock.GetUtcNow().ToUnixTimeMilliseconds(), Ready = false,
            Warnings = ["The member is down."],
        };
    }

    /// <summary>Closes the node before its member stops.</summary>
    public async ValueTask DisposeAsync()
    {
        MemberNode? node;
        lock (_gate) (node, _open) = (_open?.Node, null);
        if (node is not null) await node.DisposeAsync();
    }
}
