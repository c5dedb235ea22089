using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus;

/// <summary>
/// Checks signatures. Pure: the same arguments always get the same answer (a cache of verified roots is allowed). Structure
/// (quorum, order, kind, epoch) is the core's business; a member index beyond the configuration is answered with false.
/// </summary>
public interface IVoteVerifier
{
    /// <summary>The proof's path leads from this vote to a root that its member signed.</summary>
    bool Verify(in Vote vote, VoteProof proof);

    /// <summary>The promise is signed by its member; the certificates inside are not looked at.</summary>
    bool Verify(Promise promise);

    /// <summary>The complaint is signed by its member.</summary>
    bool Verify(Complaint complaint);

    /// <summary>The hand-over is signed by its member.</summary>
    bool Verify(HandOver handOver);

    /// <summary>The status is signed by its member; what it shows is not looked at.</summary>
    bool Verify(Status status);
}
