using System.Security.Cryptography;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Keys;
using HealthLedger.Validator;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Links;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Actors.Network;

/// <summary>What one member runs with, wherever the others are. All of it is the caller's, and outlives the member.</summary>
public sealed record MemberParts
{
    /// <summary>The member's id.</summary>
    public required Hash32 Member { get; init; }

    /// <summary>The configurations known at the start; a new book each time where nobody else reads it.</summary>
    public required Func<ConfigurationBook> Book { get; init; }

    /// <summary>
    /// The member's validator keys, looked at whenever it is started: one, or, while it is being rotated, the one and the next. Never one whose vote log is lost.
    /// </summary>
    public required Func<IReadOnlyList<ISigner>> ValidatorKeys { get; init; }

    /// <summary>A signing key of the member's organization, for what its node writes by itself.</summary>
    public required SigningKey Signing { get; init; }

    /// <summary>The way to the other members.</summary>
    public required IMemberLinks Links { get; init; }

    /// <summary>Told who takes what others send; null while the member is down.</summary>
    public required Action<IMemberEndpoint?> Connect { get; init; }

    /// <summary>How the replica runs, and where it lives.</summary>
    public required ReplicaOptions Replica { get; init; }

    /// <summary>How shard actors batch and lead.</summary>
    public LedgerShardOptions Shard { get; init; } = new();

    /// <summary>Whether the shard actors live elsewhere, in a cluster's silo: the member then comes without any.</summary>
    public bool ShardsElsewhere { get; init; }

    /// <summary>Leader ids come from it.</summary>
    public required RandomNumberGenerator Random { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Gets the member's log.</summary>
    public required ILoggerFactory Loggers { get; init; }
}
