using System.Security.Cryptography;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Keys;
using HealthLedger.Validator;

namespace HealthLedger.Orleans.Members;

/// <summary>What a silo hosts: one member of the network.</summary>
public sealed record MemberSiteOptions
{
    /// <summary>The member's id: the key id of its identity.</summary>
    public required Hash32 Member { get; init; }

    /// <summary>The member's validator as it is now; null while it is down. Another one than before after it started itself anew.</summary>
    public required Func<Replica?> Replica { get; init; }

    /// <summary>A signing key of the member's organization, for closing entries.</summary>
    public required ISigner Organization { get; init; }

    /// <summary>Leader ids, salts, nonces and the silo's token come from it.</summary>
    public required RandomNumberGenerator Random { get; init; }

    /// <summary>The clock of the member and its actors; the engine has its own.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How shard actors take, batch and lead.</summary>
    public LedgerShardOptions Shard { get; init; } = new();

    /// <summary>How long an orderly end waits for shards to be handed over and for waiting statements to be committed. Default 5 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
