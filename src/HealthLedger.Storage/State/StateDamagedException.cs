namespace HealthLedger.Storage.State;

/// <summary>
/// A shard's rows on the disk did not read back as they were written. No answer was given; heal with <see cref="StateStore.ReplaceFrom"/>
/// or <see cref="StateStore.Clear"/> and a replay.
/// </summary>
public sealed class StateDamagedException(uint shard, string file) : IOException($"The state of shard {shard} is damaged in {file}.")
{
    /// <summary>The shard.</summary>
    public uint Shard => shard;
}
