using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Leader;

/// <summary>One proposed block on its way: who has voted what for it.</summary>
internal sealed class Slot(BlockInfo block, int members)
{
    private readonly VoteProof?[] _prepares = new VoteProof?[members];
    private readonly VoteProof?[] _commits = new VoteProof?[members];
    private int _prepareCount, _commitCount;

    /// <summary>The block.</summary>
    public BlockInfo Block { get; } = block;

    /// <summary>Its prepare certificate, once there.</summary>
    public Certificate? Prepared { get; private set; }

    /// <summary>True when this member's vote of that kind is counted.</summary>
    public bool Has(VoteKind kind, int member) => (kind == VoteKind.Prepare ? _prepares : _commits)[member] is not null;

    /// <summary>Counts a verified vote; the certificate when it was the one that made the quorum.</summary>
    public Certificate? Count(in Vote vote, VoteProof proof, Epoch epoch, int quorum)
    {
        bool isPrepare = vote.Kind == VoteKind.Prepare;
        VoteProof?[] proofs = isPrepare ? _prepares : _commits;
        Invariant.Require(proof.Member < proofs.Length && vote.Block == Block.Hash, "Only verified votes for this block are counted.");
        if (proofs[proof.Member] is not null) return null;
        proofs[proof.Member] = proof;
        int count = isPrepare ? ++_prepareCount : ++_commitCount;
        if (count != quorum) return null;
        var chosen = new VoteProof[quorum];
        int next = 0;
        foreach (VoteProof? candidate in proofs)
        {
            if (candidate is not null) chosen[next++] = candidate;
        }
        Invariant.Require(next == quorum, "The certificate holds the quorum that was counted.");
        var certificate = new Certificate(vote with { Epoch = epoch }, chosen);
        if (isPrepare) Prepared = certificate;
        return certificate;
    }
}
