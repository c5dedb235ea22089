using System.Collections.Immutable;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.State;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Execution;

/// <summary>A block and what the rules made of it: all that a replica stores when it commits.</summary>
public sealed record ExecutedBlock
{
    /// <summary>The header; of a built block, to be voted on.</summary>
    public required BlockHeader Header { get; init; }

    /// <summary>The body.</summary>
    public required ImmutableArray<BlockItem> Items { get; init; }

    /// <summary>One for each event of all statements, in order.</summary>
    public required IReadOnlyList<Outcome> Outcomes { get; init; }

    /// <summary>What the tree takes, in order, from leaf index <see cref="FirstLeaf"/> on.</summary>
    public required IReadOnlyList<TreeLeaf> Leaves { get; init; }

    /// <summary>The tree's size before the block.</summary>
    public required long FirstLeaf { get; init; }

    /// <summary>The changes of the block, each key once.</summary>
    public required IReadOnlyList<RowChange> Changes { get; init; }

    /// <summary>The rows after the block, over those of its parent: what the next block is executed on until this one is in the store.</summary>
    public required OverlayRows Rows { get; init; }

    /// <summary>Where the block leaves the shard.</summary>
    public required BlockParent Next { get; init; }
}

/// <summary>A submission that a leader left out of a block, and why.</summary>
/// <param name="Index">Its place among the candidates.</param>
/// <param name="Fault">The reason to give to its author.</param>
public readonly record struct LeftOut(int Index, Protocol.Errors.Fault Fault);

/// <summary>A block that a leader may propose.</summary>
/// <param name="Block">The block, executed.</param>
/// <param name="LeftOut">Candidates that no block of this place may have.</param>
/// <param name="Considered">How many candidates were looked at; those from here on found the block full and wait.</param>
public sealed record BuiltBlock(ExecutedBlock Block, IReadOnlyList<LeftOut> LeftOut, int Considered);
