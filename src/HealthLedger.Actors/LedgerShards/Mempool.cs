using HealthLedger.Consensus.Waiting;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Actors.LedgerShards;

/// <summary>The statements that wait, in the order in which they came; bounded by count and bytes. Used by one thread.</summary>
internal sealed class Mempool(int statementsMax, long bytesMax)
{
    private readonly Dictionary<Hash32, LinkedListNode<WaitingStatement>> _byId = [];
    private readonly LinkedList<WaitingStatement> _inOrder = new();

    /// <summary>Who waits since when, as rule 1 asks.</summary>
    public StatementWatch Watch { get; } = new(statementsMax);

    /// <summary>Statements waiting.</summary>
    public int Count => _byId.Count;

    /// <summary>Statements waiting that are in no block on its way.</summary>
    public int FreeCount { get; private set; }

    /// <summary>Events waiting that are in no block on its way.</summary>
    public int FreeEvents { get; private set; }

    /// <summary>Bytes waiting.</summary>
    public long Bytes { get; private set; }

    /// <summary>All, oldest first.</summary>
    public IEnumerable<WaitingStatement> All => _inOrder;

    /// <summary>The one of that id; null when none waits.</summary>
    public WaitingStatement? Find(Hash32 id) => _byId.TryGetValue(id, out LinkedListNode<WaitingStatement>? node) ? node.Value : null;

    /// <summary>Takes a new one; null when there is no room.</summary>
    public WaitingStatement? Add(Submission submission, long now)
    {
        if (Bytes + submission.Length > bytesMax || !Watch.TryAdd(submission.Statement.Id, now)) return null;
        WaitingStatement waiting = new(submission, now);
        _byId.Add(submission.Statement.Id, _inOrder.AddLast(waiting));
        Bytes += submission.Length;
        Free(waiting, 1);
        return waiting;
    }

    /// <summary>Takes one out; null when it is not here.</summary>
    public WaitingStatement? Remove(Hash32 id)
    {
        if (!_byId.Remove(id, out LinkedListNode<WaitingStatement>? node)) return null;
        _inOrder.Remove(node);
        Watch.Remove(id);
        Bytes -= node.Value.Submission.Length;
        if (!node.Value.IsInBlock) Free(node.Value, -1);
        return node.Value;
    }

    /// <summary>Notes that one is in a block on its way, or no longer.</summary>
    public void SetInBlock(WaitingStatement waiting, bool isInBlock)
    {
        if (waiting.IsInBlock == isInBlock) return;
        waiting.IsInBlock = isInBlock;
        Free(waiting, isInBlock ? -1 : 1);
    }

    /// <summary>The oldest that are in no block and not deferred, up to bounds.</summary>
    public List<WaitingStatement> Candidates(int statements, int entries)
    {
        List<WaitingStatement> candidates = [];
        foreach (WaitingStatement waiting in _inOrder)
        {
            if (waiting.IsInBlock || waiting.IsDeferred) continue;
            entries -= waiting.Submission.Events.Length;
            if (candidates.Count == statements || (entries < 0 && candidates.Count > 0)) break;
            candidates.Add(waiting);
        }
        return candidates;
    }

    private void Free(WaitingStatement waiting, int sign)
    {
        FreeCount += sign;
        FreeEvents += sign * waiting.Submission.Events.Length;
    }
}
