using HealthLedger.Protocol;

namespace HealthLedger.Storage.Snapshots;

/// <summary>
/// What an actor knew when its shard stood at a block. Whoever reads it compares <see cref="Header"/> with the own replica's header at
/// <see cref="Height"/>, and goes on from there. Never in it: plaintext, wrapped or sealed keys, anything of the vault.
/// </summary>
public sealed record Snapshot
{
    /// <summary>Most bytes of <see cref="Bytes"/>.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>Most bytes of <see cref="Key"/>.</summary>
    public const int KeyBytesMax = 255;

    /// <summary>What it is of.</summary>
    public required SnapshotKind Kind { get; init; }

    /// <summary>The thing's name, 1 to <see cref="KeyBytesMax"/> bytes.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>The shard it is of.</summary>
    public required int Shard { get; init; }

    /// <summary>The newest block that it knows.</summary>
    public required long Height { get; init; }

    /// <summary>That block's header hash.</summary>
    public required Hash32 Header { get; init; }

    /// <summary>The version of the form of <see cref="Bytes"/>.</summary>
    public required int Format { get; init; }

    /// <summary>When something is to be done about it, in milliseconds since 1970; null for never.</summary>
    public long? Due { get; init; }

    /// <summary>What it says.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }
}
