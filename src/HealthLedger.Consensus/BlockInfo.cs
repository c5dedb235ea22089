using HealthLedger.Protocol;

namespace HealthLedger.Consensus;

/// <summary>
/// What the core knows of a block: fields of its header, which the shell has hashed itself, and two facts of its body. Bodies, rows and
/// ciphertexts stay with the shell.
/// </summary>
/// <param name="Hash">Hash of the header.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Config">The configuration that votes on it.</param>
/// <param name="Height">0 is the genesis.</param>
/// <param name="Parent">Hash of the header below.</param>
/// <param name="DirectoryHeight">The committed height of shard 0 that its rules read.</param>
/// <param name="Time">Block time, milliseconds since 1970.</param>
/// <param name="TreeSize">Leaves in the shard's tree after it.</param>
/// <param name="IsStop">It is a stop sign: nothing of its configuration comes above it.</param>
/// <param name="IsCheckpoint">Shard 0 only: it holds a checkpoint leaf, so its head is cosigned.</param>
public sealed record BlockInfo(
    Hash32 Hash, int Shard, int Config, long Height, Hash32 Parent, long DirectoryHeight, long Time, long TreeSize,
    bool IsStop = false, bool IsCheckpoint = false)
{
    /// <summary>The configuration of the block above: the next one after a stop sign.</summary>
    public int ChildConfig => IsStop ? Config + 1 : Config;

    /// <summary>The block's place and hash.</summary>
    public BlockRef Ref => new(Height, Hash);
}

/// <summary>A block by height and hash.</summary>
public readonly record struct BlockRef(long Height, Hash32 Hash);
