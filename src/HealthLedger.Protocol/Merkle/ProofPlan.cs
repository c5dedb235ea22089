using System.Numerics;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Merkle;

/// <summary>Which nodes a proof needs, collected first so that they are read in one go.</summary>
internal sealed class ProofPlan
{
    private readonly List<NodeId> _nodes = [];
    private readonly List<int> _rangeEnds = [];

    /// <summary>Adds the proof that [start, end) is part of the tree over [low, high), as RFC 9162 §2.1.4.1 recurses.</summary>
    public void Add(ulong low, ulong high, ulong start, ulong end, bool known = true)
    {
        if (start == low && end == high)
        {
            // What is proved is known to the verifier, unless the walk cut it in two.
            if (!known) AddRange(low, high);
            return;
        }
        ulong middle = low + TreeProof.Split(high - low);
        if (end <= middle)
        {
            Add(low, middle, start, end, known);
            AddRange(middle, high);
        }
        else if (start >= middle)
        {
            Add(middle, high, start, end, known);
            AddRange(low, middle);
        }
        else
        {
            Add(middle, high, middle, end, known: false);
            AddRange(low, middle);
        }
    }

    /// <summary>Adds one hash: that of leaves [low, high), a valid subtree, from its complete nodes.</summary>
    public void AddRange(ulong low, ulong high)
    {
        while (low < high)
        {
            int level = 63 - BitOperations.LeadingZeroCount(high - low);
            _nodes.Add(new NodeId(level, low >> level));
            low += 1UL << level;
        }
        _rangeEnds.Add(_nodes.Count);
    }

    /// <summary>Reads the nodes and folds those of one range into one hash.</summary>
    public Hash32[] Read(INodeReader reader)
    {
        Hash32[] hashes = new Hash32[_nodes.Count];
        reader.Read(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_nodes), hashes);
        Hash32[] proof = new Hash32[_rangeEnds.Count];
        for (int range = 0, start = 0; range < proof.Length; start = _rangeEnds[range++])
        {
            Hash32 hash = hashes[_rangeEnds[range] - 1];
            for (int i = _rangeEnds[range] - 2; i >= start; i--) hash = TreeHash.Node(hashes[i], hash);
            proof[range] = hash;
        }
        return proof;
    }
}
