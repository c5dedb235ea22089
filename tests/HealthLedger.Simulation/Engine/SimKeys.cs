using System.Buffers.Binary;
using HealthLedger.Consensus;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Simulation.Engine;

/// <summary>
/// Signatures that nobody forges because nobody tries: a token over what is signed. Honest nodes call <c>Sign</c> for themselves, the liars
/// only for members that lie.
/// </summary>
/// <param name="bindsKind">False in one mutant: the kind of a vote is not part of what is signed.</param>
public sealed class SimKeys(bool bindsKind = true) : IVoteVerifier
{
    private static readonly Hash32[] NoPath = [];

    /// <summary>Signs a vote.</summary>
    public VoteProof Sign(in Vote vote, int member) => new(member, 0, 1, NoPath, Bytes(Token(in vote, member)));

    /// <summary>Signs a promise.</summary>
    public Promise Sign(Promise promise) => promise with { Signature = Bytes(Token(promise)) };

    /// <summary>Signs a complaint.</summary>
    public Complaint Sign(Complaint complaint) => complaint with { Signature = Bytes(Token(complaint)) };

    /// <summary>Signs a hand-over.</summary>
    public HandOver Sign(HandOver handOver) => handOver with { Signature = Bytes(Token(handOver)) };

    /// <summary>Signs a status.</summary>
    public Status Sign(Status status) => status with { Signature = Bytes(Token(status)) };

    /// <inheritdoc/>
    public bool Verify(in Vote vote, VoteProof proof) => Is(proof.Signature, Token(in vote, proof.Member));

    /// <inheritdoc/>
    public bool Verify(Promise promise) => Is(promise.Signature, Token(promise));

    /// <inheritdoc/>
    public bool Verify(Complaint complaint) => Is(complaint.Signature, Token(complaint));

    /// <inheritdoc/>
    public bool Verify(HandOver handOver) => Is(handOver.Signature, Token(handOver));

    /// <inheritdoc/>
    public bool Verify(Status status) => Is(status.Signature, Token(status));

    private ulong Token(in Vote vote, int member)
    {
        ulong kind = bindsKind ? (ulong)vote.Kind : 1;
        ulong epoch = (ulong)vote.Epoch.Counter * 31 + (ulong)vote.Epoch.Config;
        return SimRandom.Mix(Low(vote.Block) ^ (kind << 60) ^ ((ulong)member << 52) ^ ((ulong)vote.Height << 32) ^ epoch);
    }

    private static ulong Token(Promise promise) => SimRandom.Mix(
        Of(1, promise.Epoch, promise.Member) ^ Low(promise.LeaderId) ^ Of(promise.Lock) * 3 ^ Of(promise.Committed) * 5);

    private static ulong Token(Complaint complaint) => SimRandom.Mix(Of(2, complaint.Epoch, complaint.Member));

    private static ulong Token(HandOver handOver) => SimRandom.Mix(Of(3, handOver.Epoch, handOver.Member) ^ (ulong)handOver.To);

    private static ulong Token(Status status) => SimRandom.Mix(
        Of(4, status.Promised, status.Member) ^ Low(status.Nonce) ^ (ulong)status.CommittedHeight << 20 ^ Of(status.Committed) * 5);

    private static ulong Of(ulong kind, Epoch epoch, int member) =>
        SimRandom.Mix((kind << 56) ^ ((ulong)member << 48) ^ ((ulong)epoch.Config << 40) ^ (ulong)epoch.Counter);

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
