namespace HealthLedger.Protocol.Votes;

/// <summary>
/// q votes of one kind for one block in one epoch. A commit certificate commits the block and its ancestors; a prepare certificate
/// is what a replica locks on. Certificates of one block may differ between replicas. Immutable; the array is not changed.
/// </summary>
public sealed class Certificate
{
    /// <summary>Joins a vote with the proofs of those who cast it; <see cref="IsWellFormed"/> says whether they can be a quorum.</summary>
    public Certificate(Vote vote, VoteProof[] proofs)
    {
        Vote = vote;
        Proofs = proofs;
    }

    /// <summary>What all of them voted.</summary>
    public Vote Vote { get; }

    /// <summary>Exactly q proofs, ascending by member.</summary>
    public VoteProof[] Proofs { get; }

    /// <summary>Prepare or commit.</summary>
    public VoteKind Kind => Vote.Kind;

    /// <summary>The epoch all votes are of.</summary>
    public Epoch Epoch => Vote.Epoch;

    /// <summary>The block's height.</summary>
    public long Height => Vote.Height;

    /// <summary>The block's hash.</summary>
    public Hash32 Block => Vote.Block;

    /// <summary>True when exactly <paramref name="quorum"/> distinct members below <paramref name="members"/> are listed in ascending order. Signatures are not looked at.</summary>
    public bool IsWellFormed(int members, int quorum)
    {
        if (Proofs.Length != quorum) return false;
        int last = -1;
        foreach (VoteProof proof in Proofs)
        {
            if (proof.Member <= last || proof.Member >= members) return false;
            last = proof.Member;
        }
        return true;
    }

    /// <summary>Orders certificates by (configuration, counter, height): the order of rule 3. Null is lowest.</summary>
    public static int Compare(Certificate? left, Certificate? right)
    {
        if (left is null || right is null) return (left is null ? 0 : 1) - (right is null ? 0 : 1);
        int order = left.Epoch.CompareTo(right.Epoch);
        return order != 0 ? order : left.Height.CompareTo(right.Height);
    }

    /// <summary>Kind, epoch, height and the first digits of the hash.</summary>
    public override string ToString() => $"{Kind} {Epoch} height {Height} {Block.ToString()[..8]}";
}
