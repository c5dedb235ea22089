using HealthLedger.Protocol;

namespace HealthLedger.Consensus.Replica;

/// <summary>The committed tip and the executed blocks above it, every one a descendant of the tip. At most <see cref="ConsensusTimes.TreeMax"/>.</summary>
internal sealed class BlockTree(BlockInfo tip)
{
    private readonly List<BlockInfo> _above = [];

    /// <summary>The committed block.</summary>
    public BlockInfo Tip { get; private set; } = tip;

    /// <summary>Executed blocks above the tip.</summary>
    public int Count => _above.Count;

    /// <summary>The tip or an executed block above it; null when unknown. Linear in the few blocks there are.</summary>
    public BlockInfo? Find(Hash32 hash)
    {
        if (Tip.Hash == hash) return Tip;
        foreach (BlockInfo block in _above)
        {
            if (block.Hash == hash) return block;
        }
        return null;
    }

    /// <summary>Takes an executed block whose parent is here; false when it is not, or the tree is full, or it is here already.</summary>
    public bool TryAdd(BlockInfo block)
    {
        if (block.Height <= Tip.Height || Find(block.Hash) is not null) return false;
        if (Find(block.Parent) is not { } parent || parent.Height + 1 != block.Height) return false;
        if (_above.Count >= ConsensusTimes.TreeMax) DropLowestLeaf();
        _above.Add(block);
        return true;
    }

    /// <summary>The blocks from above the tip to <paramref name="hash"/>, ascending; null when that block is not executed here.</summary>
    public BlockInfo[]? PathTo(Hash32 hash)
    {
        BlockInfo? block = Find(hash);
        if (block is null || block.Height <= Tip.Height) return null;
        var path = new BlockInfo[block.Height - Tip.Height];
        for (int i = path.Length - 1; i >= 0; i--)
        {
            Invariant.Require(block is not null && block.Height == Tip.Height + 1 + i, "Every executed block descends from the tip.");
            path[i] = block;
            block = Find(block.Parent);
        }
        Invariant.Require(path[0].Parent == Tip.Hash, "Every executed block descends from the tip.");
        return path;
    }

    /// <summary>Makes an executed block the tip and forgets what does not descend from it.</summary>
    public void Commit(BlockInfo block)
    {
        Invariant.Require(block.Height > Tip.Height, "Commits go up.");
        Tip = block;
        int kept = 0;
        for (int i = 0; i < _above.Count; i++)
        {
            // Parents were added before their children, so one pass in that order finds all descendants.
            if (_above[i].Height > block.Height && IsKept(_above[i].Parent, kept)) _above[kept++] = _above[i];
        }
        _above.RemoveRange(kept, _above.Count - kept);
    }

    private bool IsKept(Hash32 parent, int kept)
    {
        if (parent == Tip.Hash) return true;
        for (int i = 0; i < kept; i++)
        {
            if (_above[i].Hash == parent) return true;
        }
        return false;
    }

    private void DropLowestLeaf()
    {
        for (int i = 0; i < _above.Count; i++)
        {
            Hash32 hash = _above[i].Hash;
            if (_above.Exists(block => block.Parent == hash)) continue;
            _above.RemoveAt(i);
            return;
        }
        throw new InvariantViolation("A tree has a leaf.");
    }
}
