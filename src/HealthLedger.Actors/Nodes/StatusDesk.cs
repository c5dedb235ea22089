using System.Reflection;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Actors.Network;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Validator;
using HealthLedger.Validator.Links.Http;

namespace HealthLedger.Actors.Nodes;

/// <summary>Puts together what an operator sees of a member's node.</summary>
public static class StatusDesk
{
    /// <summary>The software's version.</summary>
    public static string Build { get; } = typeof(StatusDesk).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>The status of a member that is up. Asks nobody else; reads a few numbers of each shard.</summary>
    /// <param name="role">What the process is.</param>
    /// <param name="member">The member.</param>
    /// <param name="health">What its node says of itself.</param>
    /// <param name="links">Its links; null where the others are in the same process.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="shardOf">Finds a shard's actor where the member's own are elsewhere; it gives null for one that is not awake.</param>
    public static NodeStatus Of(string role, StandaloneMember member, NodeHealth health, HttpLinks? links, TimeProvider clock, Func<int, LedgerShardActor?>? shardOf = null)
    {
        Replica replica = member.Replica;
        ReplicaHealth state = replica.Health;
        Configuration newest = replica.Book.Newest;
        return new NodeStatus
        {
            Role = role,
            Build = Build,
            Network = replica.Genesis.Network,
            Genesis = replica.Genesis.Hash.ToString(),
            Time = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            Ready = health.Ready,
            Warnings = health.Warnings,
            Member = new MemberStatus(replica.Member, NameOf(replica), replica.MemberId.ToString(), replica.Member >= 0 ? newest.Members[replica.Member].Endpoint : ""),
            Configuration = new ConfigurationStatus(newest.Number, newest.RulesVersion, newest.F, newest.Q,
                [.. newest.Members.Select((each, index) => new MemberStatus(index, each.Name, each.Identity.KeyId.ToString(), each.Endpoint))]),
            Shards = [.. state.Shards.Select(shard => Of(replica, shardOf is null ? member.Shard(shard.Shard) : shardOf(shard.Shard), shard))],
            Links = links is null ? [] : [.. links.Health.Select(Of)],
            StrangersRefused = links?.StrangersRefused ?? 0,
            Store = StoreOf(replica, state),
        };
    }

    private static ShardStatus Of(Replica replica, LedgerShardActor? actor, Validator.ShardHealth shard)
    {
        Configuration? voting = replica.Book.TryGet(shard.Epoch.Config);
        string leader = voting is not null && (uint)shard.Leader < (uint)voting.N ? voting.Members[shard.Leader].Name : "";
        Validator.Sharding.ShardLoad load = actor?.Load ?? default;
        return new ShardStatus(shard.Shard, shard.Height, Math.Max(0, shard.KnownHeight - shard.Height), replica.TipOf(shard.Shard).Info.Time, shard.Epoch.Config, shard.Epoch.Counter, leader,
            load.IsLeading, shard.Mode.ToString(), load.Statements, load.Bytes, actor?.OldestWaitingMilliseconds ?? 0, shard.Queue);
    }

    private static LinkStatus Of(LinkHealth link) => new(link.Name, link.Member.ToString(), link.Endpoint, link.IsUp, link.IsHeard, link.Version, link.Build, link.RoundTripMilliseconds,
        link.QueueMessages, link.QueueBytes, link.SentMessages, link.SentBytes, link.ReceivedMessages, link.ReceivedBytes, link.Dropped, link.LastFault);

    private static StoreStatus StoreOf(Replica replica, ReplicaHealth state)
    {
        (long free, long size) = (-1, -1);
        try
        {
            DriveInfo disk = new(replica.Folder);
            (free, size) = (disk.AvailableFreeSpace, disk.TotalSize);
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A system that does not tell: the rest of the status is no worse for it.
        }
        return new StoreStatus(state.MayVote, state.DamageFound, state.DamageOpen, free, size);
    }

    private static string NameOf(Replica replica) => replica.Book.Known.FirstOrDefault(member => member.Identity.KeyId == replica.MemberId)?.Name ?? "";
}
