using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Protocol.Genesis;

/// <summary>Checks votes and certificates against the keys of a configuration (FORMATS.md section 4).</summary>
public static class CertificateVerifier
{
    /// <summary>True when the proof leads from the vote to a root that its member signed: at most 13 hashes and one verification.</summary>
    public static bool Verify(Configuration configuration, in Vote vote, VoteProof proof)
    {
        if (vote.Epoch.Config != configuration.Number || (uint)proof.Member >= (uint)configuration.N || proof.TreeSize is < 1 or > VoteProof.TreeSizeMax || proof.LeafIndex < 0) return false;
        return TreeVerifier.TryRootOfInclusion(VoteCodec.VoteLeaf(configuration.Network, vote), (ulong)proof.LeafIndex, (ulong)proof.TreeSize, proof.Path, out Hash32 root)
            && configuration.ValidatorKeys[proof.Member].Verify(VoteCodec.SignedRoot(proof.TreeSize, root), proof.Signature);
    }

    /// <summary>A fault unless exactly q members of the configuration signed, ascending; null when so. q verifications.</summary>
    public static Fault? Check(Configuration configuration, Certificate certificate)
    {
        if (certificate.Epoch.Config != configuration.Number) return new Fault(FaultCode.ProofInvalid, "The certificate is of another configuration.");
        if (!certificate.IsWellFormed(configuration.N, configuration.Q)) return new Fault(FaultCode.ProofInvalid, $"The certificate does not list {configuration.Q} members, ascending.");
        foreach (VoteProof proof in certificate.Proofs)
            if (!Verify(configuration, certificate.Vote, proof)) return new Fault(FaultCode.SignatureInvalid, $"The vote of member {proof.Member} does not verify.");
        return null;
    }
}
