using HealthLedger.Rules.Contracts;
using HealthLedger.Storage;

namespace HealthLedger.Validator;

/// <summary>How a replica runs. The defaults serve a machine with several replicas.</summary>
public sealed record ReplicaOptions
{
    /// <summary>The replica's own folder; created where it is missing.</summary>
    public required string Folder { get; init; }

    /// <summary>Use of disk and memory.</summary>
    public StorageOptions Storage { get; init; } = new();

    /// <summary>The versions of the rules that this build has. While a configuration names another, the replica follows without voting.</summary>
    public RuleBook Rules { get; init; } = RuleBook.Standard;

    /// <summary>Messages of other members that wait for one shard; more are dropped and come again.</summary>
    public int InboxMessagesMax { get; init; } = 4_096;

    /// <summary>How long an answer of another member is waited for.</summary>
    public TimeSpan PeerTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a proposal may wait for objects, directory or heads that are still on their way here.</summary>
    public TimeSpan ProposalPatience { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two passes of the scrubber.</summary>
    public TimeSpan ScrubPause { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long a member that has left is still talked to after every shard here went on without it: it learns so that it has left, and what became of the last
    /// statements given to it.
    /// </summary>
    public TimeSpan LeavingGrace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A shard that is behind by so many blocks begins with a snapshot of the others, where they have one; the blocks below it are fetched afterwards.</summary>
    public long SnapshotAfterBlocks { get; init; } = 8_192;

    /// <summary>How often timers are looked at.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(50);
}
