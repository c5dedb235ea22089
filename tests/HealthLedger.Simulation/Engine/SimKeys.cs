using System.Buffers.Binary;
using HealthLedger.Consensus;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Simulation.Engine;

/// <summary>
/// Signatures that nobody forges because nobody tries: a token over what is signed and the key. Honest nodes call <c>Sign</c> for themselves,
/// the liars only for keys of their own.
/// </summary>
/// <param name="keyOf">The key at an index of a configuration, -1 where there is none; null where an index is its key, in every configuration.</param>
/// <param name="bindsKind">False in one mutant: the kind of a vote is not part of what is signed.</param>
/// <param name="takesFormer">True in one mutant: the key of the configuration before is taken, too.</param>
public sealed class SimKeys(Func<int, int, int>? keyOf = null, bool bindsKind = true, bool takesFormer = false) : IVoteVerifier
{
    private static readonly Hash32[] NoPath = [];

    /// <summary>Signs a vote with the key at that index of its configuration.</summary>
    public VoteProof Sign(in Vote vote, int member) => SignAs(in vote, member, KeyOf(vote.Epoch.Config, member));

    /// <summary>Signs a vote with any key, for any index.</summary>
    public VoteProof SignAs(in Vote vote, int member, int key) => new(member, 0, 1, NoPath, Bytes(Token(in vote, key)));

    /// <summary>Signs a promise.</summary>
    public Promise Sign(Promise promise) => promise with { Signature = Bytes(Token(promise, KeyOf(promise.Epoch.Config, promise.Member))) };

    /// <summary>Signs a complaint.</summary>
    public Complaint Sign(Complaint complaint) => SignAs(complaint, KeyOf(complaint.Epoch.Config, complaint.Member));

    /// <summary>Signs a complaint with any key.</summary>
    public Complaint SignAs(Complaint complaint, int key) => complaint with { Signature = Bytes(Token(complaint, key)) };

    /// <summary>Signs a hand-over.</summary>
    public HandOver Sign(HandOver handOver) => handOver with { Signature = Bytes(Token(handOver, KeyOf(handOver.Epoch.Config, handOver.Member))) };

    /// <summary>Signs a status.</summary>
    public Status Sign(Status status) => status with { Signature = Bytes(Token(status, KeyOf(status.Promised.Config, status.Member))) };

    /// <inheritdoc/>
    public bool Verify(in Vote vote, VoteProof proof)
    {
        int key = KeyOf(vote.Epoch.Config, proof.Member);
        if (key >= 0 && Is(proof.Signature, Token(in vote, key))) return true;
        int former = takesFormer ? KeyOf(vote.Epoch.Config - 1, proof.Member) : -1;
        return former >= 0 && Is(proof.Signature, Token(in vote, former));
    }

    /// <inheritdoc/>
    public bool Verify(Promise promise) => KeyOf(promise.Epoch.Config, promise.Member) is >= 0 and var key && Is(promise.Signature, Token(promise, key));

    /// <inheritdoc/>
    public bool Verify(Complaint complaint) => KeyOf(complaint.Epoch.Config, complaint.Member) is >= 0 and var key && Is(complaint.Signature, Token(complaint, key));

    /// <inheritdoc/>
    public bool Verify(HandOver handOver) => KeyOf(handOver.Epoch.Config, handOver.Member) is >= 0 and var key && Is(handOver.Signature, Token(handOver, key));

    /// <inheritdoc/>
    public bool Verify(Status status) => KeyOf(status.Promised.Config, status.Member) is >= 0 and var key && Is(status.Signature, Token(status, key));

    private int KeyOf(int config, int member) => keyOf is null ? member : keyOf(config, member);

    private ulong Token(in Vote vote, int key)
    {
        ulong kind = bindsKind ? (ulong)vote.Kind : 1;
        ulong epoch = (ulong)vote.Epoch.Counter * 31 + (ulong)vote.Epoch.Config;
        return SimRandom.Mix(Low(vote.Block) ^ (kind << 60) ^ ((ulong)key << 52) ^ ((ulong)vote.Height << 32) ^ epoch);
    }

    private static ulong Token(Promise promise, int key) => SimRandom.Mix(
        Of(1, promise.Epoch, key) ^ Low(promise.LeaderId) ^ Of(promise.Lock) * 3 ^ Of(promise.Committed) * 5);

    private static ulong Token(Complaint complaint, int key) => SimRandom.Mix(Of(2, complaint.Epoch, key));

    private static ulong Token(HandOver handOver, int key) => SimRandom.Mix(Of(3, handOver.Epoch, key) ^ (ulong)handOver.To);

    private static ulong Token(Status status, int key) => SimRandom.Mix(
        Of(4, status.Promised, key) ^ Low(status.Nonce) ^ (ulong)status.CommittedHeight << 20 ^ Of(status.Committed) * 5);

    private static ulong Of(ulong kind, Epoch epoch, int key) =>
        SimRandom.Mix((kind << 56) ^ ((ulong)key << 48) ^ ((ulong)epoch.Config << 40) ^ (ulong)epoch.Counter);

    private static ulong Of(Certificate? certificate) => certificate is null
        ? 0
        : SimRandom.Mix(Low(certificate.Block) ^ Of((ulong)certificate.Kind, certificate.Epoch, 0) ^ (ulong)certificate.Height);

    private static ulong Low(Hash32 hash) => BinaryPrimitives.ReadUInt64LittleEndian(hash.Bytes);

    private static ulong Low(Id16 id) => BinaryPrimitives.ReadUInt64LittleEndian(id.Bytes);

    private static byte[] Bytes(ulong token)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, token);
        return bytes;
    }

    private static bool Is(byte[] signature, ulong token) => signature.Length == 8 && BinaryPrimitives.ReadUInt64LittleEndian(signature) == token;
}
