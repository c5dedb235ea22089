namespace HealthLedger.Simulation.World;

/// <summary>One change of members, decided at some time.</summary>
/// <param name="Kinds">What happens to the members, one after the other.</param>
/// <param name="Seed">Who.</param>
/// <param name="At">When shard 0 has decided it, in thousandths of the time before the healing.</param>
public sealed record Change(Changes Kinds, ulong Seed, int At);

/// <summary>What a change of members may do. None leaves all as they are, under another number.</summary>
[Flags]
public enum Changes
{
    /// <summary>A new number, the same members.</summary>
    None = 0,

    /// <summary>One or two join; among them may be one that was removed before.</summary>
    Add = 1,

    /// <summary>One or two leave.</summary>
    Remove = 2,

    /// <summary>Another node, with an empty vote log and a key of its own, takes the place of one.</summary>
    Replace = 4,

    /// <summary>A member has a new key and keeps its vote log.</summary>
    Rotate = 8,

    /// <summary>Everybody gets another index.</summary>
    Shuffle = 16,

    /// <summary>Nobody stays.</summary>
    Turnover = 32,

    /// <summary>All of them.</summary>
    All = 63,
}
