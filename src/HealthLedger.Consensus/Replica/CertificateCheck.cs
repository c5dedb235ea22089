using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Replica;

/// <summary>Whether certificates and sets of promises and complaints are what they say: structure here, signatures by the verifier.</summary>
internal sealed class CertificateCheck(ReplicaSettings settings, SafetyRules rules)
{
    private readonly int _shard = settings.Shard;
    private readonly IMembership _membership = settings.Membership;
    private readonly IVoteVerifier _verifier = settings.Verifier;

    /// <summary>q distinct members of the certificate's configuration signed this very vote.</summary>
    public bool IsValid(Certificate certificate, VoteKind kind)
    {
        Vote vote = certificate.Vote;
        int members = _membership.Count(vote.Epoch.Config);
        if (members == 0 || vote.Kind != kind || vote.Shard != _shard) return false;
        if (!certificate.IsWellFormed(members, rules.QuorumIn(_membership, vote.Epoch.Config))) return false;
        foreach (VoteProof proof in certificate.Proofs)
        {
            if (!_verifier.Verify(in vote, proof)) return false;
        }
        return true;
    }

    /// <summary>
    /// One promise: signed, and what it reports is certified. Its certificates are of lower epochs than itself; above a stop sign they show that
    /// its member is level with the sign (rule 10).
    /// </summary>
    public bool IsValid(Promise promise)
    {
        if (promise.Shard != _shard || promise.Member < 0 || promise.Member >= _membership.Count(promise.Epoch.Config)) return false;
        if (promise.Lock is { } held && (held.Epoch >= promise.Epoch || !IsValid(held, VoteKind.Prepare))) return false;
        if (promise.Committed is { } committed && (committed.Epoch >= promise.Epoch || !IsValid(committed, VoteKind.Commit))) return false;
        if (!rules.IsLevel(promise, settings.Genesis.Config)) return false;
        return _verifier.Verify(promise);
    }

    /// <summary>Exactly q promises of distinct members, ascending, to this epoch and leader id.</summary>
    public bool AreValid(Promise[] promises, Epoch epoch, Id16 leaderId)
    {
        int members = _membership.Count(epoch.Config);
        if (members == 0 || promises.Length != rules.QuorumIn(_membership, epoch.Config)) return false;
        int last = -1;
        foreach (Promise promise in promises)
        {
            if (promise.Member <= last || promise.Epoch != epoch || promise.LeaderId != leaderId || !IsValid(promise)) return false;
            last = promise.Member;
        }
        return true;
    }

    /// <summary>At least q complaints of distinct members, ascending, of <paramref name="epoch"/> or a later one of its configuration.</summary>
    public bool AreValid(Complaint[] complaints, Epoch epoch)
    {
        int members = _membership.Count(epoch.Config);
        if (members == 0 || complaints.Length < rules.QuorumIn(_membership, epoch.Config) || complaints.Length > members) return false;
        int last = -1;
        foreach (Complaint complaint in complaints)
        {
            if (complaint.Member <= last || complaint.Epoch.Config != epoch.Config || complaint.Epoch < epoch || !IsValid(complaint)) return false;
            last = complaint.Member;
        }
        return true;
    }

    /// <summary>Signed by a member of its configuration.</summary>
    public bool IsValid(Complaint complaint) =>
        complaint.Shard == _shard && complaint.Member >= 0 && complaint.Epoch.Counter >= 0
        && complaint.Member < _membership.Count(complaint.Epoch.Config) && _verifier.Verify(complaint);

    /// <summary>The leader of the epoch before gives it to the leader of <paramref name="epoch"/>.</summary>
    public bool IsValid(HandOver handOver, Epoch epoch)
    {
        int members = _membership.Count(epoch.Config);
        return members > 0 && handOver.Shard == _shard && handOver.Epoch.Counter >= 0 && handOver.Epoch.Next == epoch
            && handOver.Member == handOver.Epoch.LeaderAmong(members) && handOver.To == epoch.LeaderAmong(members)
            && _verifier.Verify(handOver);
    }
}
