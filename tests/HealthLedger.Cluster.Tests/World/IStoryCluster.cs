using HealthLedger.Actors.LedgerShards;
using HealthLedger.Actors.Network;
using HealthLedger.Client.Keys;

namespace HealthLedger.Cluster.Tests.World;

/// <summary>A network whose members' actors run in some host: what a story needs of it, whichever host it is.</summary>
internal interface IStoryCluster : IAsyncDisposable
{
    /// <summary>The members.</summary>
    StandaloneNetwork Network { get; }

    /// <summary>How many.</summary>
    int Count { get; }

    /// <summary>The clock of all members.</summary>
    ShiftedClock Clock { get; }

    /// <summary>A member's own organization.</summary>
    OrganizationWallet Hospital { get; }

    /// <summary>An organization that is no member.</summary>
    OrganizationWallet Clinic { get; }

    /// <summary>An organization whose gateway asks that member first.</summary>
    Task<Seat> SeatAsync(int member, OrganizationWallet wallet);

    /// <summary>A member's actor of a shard.</summary>
    LedgerShardActor ShardOf(int member, int shard);

    /// <summary>All that one member holds of one shard, hashed.</summary>
    string Fingerprint(int member, int shard);

    /// <summary>Ends a member as a crash would.</summary>
    Task KillAsync(int member);

    /// <summary>Ends a member in good order.</summary>
    Task StopAsync(int member);

    /// <summary>Brings a member back.</summary>
    Task RestartAsync(int member);

    /// <summary>Until members have committed the same blocks.</summary>
    Task UntilLevelAsync(params int[] members);

    /// <summary>Until every member votes in every shard.</summary>
    Task UntilVotingAsync();
}
