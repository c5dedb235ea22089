namespace HealthLedger.Actors.Nodes;

/// <summary>What an operator sees of one node: places, numbers, names of members. Nothing in it is of a patient or a record. One JSON document at <c>/ledger/status</c>.</summary>
public sealed record NodeStatus
{
    /// <summary>What the process is: standalone, member, gateway, silo.</summary>
    public required string Role { get; init; }

    /// <summary>The software's version.</summary>
    public required string Build { get; init; }

    /// <summary>The network's name.</summary>
    public required string Network { get; init; }

    /// <summary>The genesis hash.</summary>
    public required string Genesis { get; init; }

    /// <summary>The node's clock, milliseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>True when it takes statements and answers reads.</summary>
    public required bool Ready { get; init; }

    /// <summary>Sentences for the operator.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The member whose node it is; null at a gateway.</summary>
    public MemberStatus? Member { get; init; }

    /// <summary>The newest configuration known.</summary>
    public ConfigurationStatus? Configuration { get; init; }

    /// <summary>Each shard, ascending; empty at a gateway.</summary>
    public IReadOnlyList<ShardStatus> Shards { get; init; } = [];

    /// <summary>The links to the other members; empty where they are in the same process.</summary>
    public IReadOnlyList<LinkStatus> Links { get; init; } = [];

    /// <summary>Connections of strangers that the links refused since the start.</summary>
    public long StrangersRefused { get; init; }

    /// <summary>The replica's store; null at a gateway.</summary>
    public StoreStatus? Store { get; init; }

    /// <summary>The nodes behind a gateway, in the order of its settings.</summary>
    public IReadOnlyList<UpstreamStatus> Nodes { get; init; } = [];
}

/// <summary>One member.</summary>
/// <param name="Index">In the configuration; -1 where it is not in it.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Id">The key id of its identity key.</param>
/// <param name="Endpoint">Where its links are.</param>
public sealed record MemberStatus(int Index, string Name, string Id, string Endpoint);

/// <summary>A configuration.</summary>
/// <param name="Number">0 for the genesis.</param>
/// <param name="RulesVersion">The version of the rules.</param>
/// <param name="Faults">f: how many members may lie.</param>
/// <param name="Quorum">q: how many votes it takes.</param>
/// <param name="Members">In order.</param>
public sealed record ConfigurationStatus(int Number, int RulesVersion, int Faults, int Quorum, IReadOnlyList<MemberStatus> Members);

/// <summary>One shard at this member.</summary>
/// <param name="Shard">The shard; 0 is the directory.</param>
/// <param name="Height">The newest committed block.</param>
/// <param name="Behind">Blocks between it and the highest one that is known to be certified.</param>
/// <param name="CommittedAt">The time of that block, milliseconds since 1970.</param>
/// <param name="Configuration">The configuration of the epoch.</param>
/// <param name="Epoch">The counter of the epoch.</param>
/// <param name="Leader">The name of the member that leads, or is expected to.</param>
/// <param name="IsLeading">True where this node leads.</param>
/// <param name="Mode">Voting, recovering, following.</param>
/// <param name="Waiting">Statements that wait for a block here.</param>
/// <param name="WaitingBytes">Their bytes.</param>
/// <param name="OldestWaitingMilliseconds">How long the oldest has waited; 0 where none does.</param>
/// <param name="Queue">Messages of other members that wait to be taken.</param>
public sealed record ShardStatus(
    int Shard, long Height, long Behind, long CommittedAt, int Configuration, long Epoch, string Leader, bool IsLeading, string Mode, int Waiting, long WaitingBytes,
    long OldestWaitingMilliseconds, int Queue);

/// <summary>The link to one member.</summary>
/// <param name="Name">The member.</param>
/// <param name="Id">The key id of its identity key.</param>
/// <param name="Endpoint">Where it is reached.</param>
/// <param name="IsUp">This node's stream to it is open.</param>
/// <param name="IsHeard">Its stream to this node is open.</param>
/// <param name="Version">The version of the link protocol; 0 while down.</param>
/// <param name="Build">Its software.</param>
/// <param name="RoundTripMilliseconds">The newest measurement; null while down.</param>
/// <param name="Queue">Messages that wait for it.</param>
/// <param name="QueueBytes">Their bytes.</param>
/// <param name="Sent">Messages sent since the start.</param>
/// <param name="SentBytes">Their bytes.</param>
/// <param name="Received">Messages received since the start.</param>
/// <param name="ReceivedBytes">Their bytes.</param>
/// <param name="Dropped">Messages dropped since the start.</param>
/// <param name="LastFault">Why it is, or was last, down; null for never.</param>
public sealed record LinkStatus(
    string Name, string Id, string Endpoint, bool IsUp, bool IsHeard, int Version, string Build, double? RoundTripMilliseconds, int Queue, long QueueBytes, long Sent, long SentBytes,
    long Received, long ReceivedBytes, long Dropped, string? LastFault);

/// <summary>A replica's store.</summary>
/// <param name="MayVote">False when both files of its vote log were lost.</param>
/// <param name="DamageFound">Damaged places found since the start.</param>
/// <param name="DamageOpen">Those that wait to be healed.</param>
/// <param name="DiskFreeBytes">Free space where it lives; -1 where the system does not say.</param>
/// <param name="DiskBytes">The size of that disk; -1 where the system does not say.</param>
public sealed record StoreStatus(bool MayVote, long DamageFound, int DamageOpen, long DiskFreeBytes, long DiskBytes);

/// <summary>A node behind a gateway.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Ready">True while it said last that it is ready.</param>
/// <param name="LastFault">Why not; null while it is.</param>
public sealed record UpstreamStatus(string Url, bool Ready, string? LastFault);
