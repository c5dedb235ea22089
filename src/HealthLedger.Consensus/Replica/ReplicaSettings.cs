using HealthLedger.Protocol;

namespace HealthLedger.Consensus.Replica;

/// <summary>What does not change about a replica of one shard.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Genesis">Its block of height 0, committed without a certificate.</param>
/// <param name="Membership">The configurations.</param>
/// <param name="Verifier">Signature checks.</param>
/// <param name="Nonce">Random for this start; answers to its Status questions must repeat it.</param>
public sealed record ReplicaSettings(
    int Shard, BlockInfo Genesis, IMembership Membership, IVoteVerifier Verifier, Id16 Nonce);
