using System.Collections.Concurrent;
using HealthLedger.Consensus;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Votes;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator.Sharding;

/// <summary>
/// Checks what members sign, each with the configuration that it names. A root of votes that was verified once is remembered: the votes of all shards in one flush, and the certificates
/// made of them, cost one verification. Safe for several threads; memory is bounded.
/// </summary>
internal sealed class CachedVoteVerifier(ConfigurationBook book) : IVoteVerifier
{
    private const int KeptMax = 8_192;
    private ConcurrentDictionary<(Hash32 Key, int Size, Hash32 Root), byte[]> _young = new(), _old = new();
    private readonly Lock _gate = new();
    private int _count;

    /// <summary>Remembers a root that this replica signed itself.</summary>
    public void Trust(in Vote vote, VoteProof own)
    {
        if (KeyOf(vote.Epoch, own.Member) is { } key && TryRoot(vote, own, out Hash32 root)) Keep((key.KeyId, own.TreeSize, root), own.Signature);
    }

    /// <inheritdoc/>
    public bool Verify(in Vote vote, VoteProof proof)
    {
        if (KeyOf(vote.Epoch, proof.Member) is not { } signer || !TryRoot(vote, proof, out Hash32 root)) return false;
        (Hash32, int, Hash32) key = (signer.KeyId, proof.TreeSize, root);
        if (Known(key) is { } signature && signature.AsSpan().SequenceEqual(proof.Signature)) return true;
        if (!signer.Verify(VoteCodec.SignedRoot(proof.TreeSize, root), proof.Signature)) return false;
        Keep(key, proof.Signature);
        return true;
    }

    /// <inheritdoc/>
    public bool Verify(Promise promise) => Verify(promise.Epoch, promise.Member, promise, promise.Signature);

    /// <inheritdoc/>
    public bool Verify(Complaint complaint) => Verify(complaint.Epoch, complaint.Member, complaint, complaint.Signature);

    /// <inheritdoc/>
    public bool Verify(HandOver handOver) => Verify(handOver.Epoch, handOver.Member, handOver, handOver.Signature);

    /// <inheritdoc/>
    public bool Verify(Status status) => Verify(status.Promised, status.Member, status, status.Signature);

    /// <summary>A nack, which informs a leader.</summary>
    public bool Verify(Nack nack) => Verify(nack.Promised, nack.Member, nack, nack.Signature);

    private bool Verify(Epoch epoch, int member, object word, byte[] signature) =>
        KeyOf(epoch, member) is { } signer && WordCodec.Verify(signer, book.Genesis.Network, word, signature);

    private PublicKey? KeyOf(Epoch epoch, int member) =>
        book.TryGet(epoch.Config) is { } configuration && (uint)member < (uint)configuration.N ? configuration.ValidatorKeys[member] : null;

    private bool TryRoot(in Vote vote, VoteProof proof, out Hash32 root)
    {
        root = default;
        return proof.TreeSize is >= 1 and <= VoteProof.TreeSizeMax && proof.LeafIndex >= 0
            && TreeVerifier.TryRootOfInclusion(VoteCodec.VoteLeaf(book.Genesis.Network, vote), (ulong)proof.LeafIndex, (ulong)proof.TreeSize, proof.Path, out root);
    }

    private byte[]? Known((Hash32, int, Hash32) key) =>
        Volatile.Read(ref _young).TryGetValue(key, out byte[]? signature) || Volatile.Read(ref _old).TryGetValue(key, out signature) ? signature : null;

    private void Keep((Hash32, int, Hash32) key, byte[] signature)
    {
        if (!Volatile.Read(ref _young).TryAdd(key, signature) || Interlocked.Increment(ref _count) < KeptMax) return;
        lock (_gate)
        {
            if (Volatile.Read(ref _count) < KeptMax) return;
            Volatile.Write(ref _old, _young);
            Volatile.Write(ref _young, new ConcurrentDictionary<(Hash32, int, Hash32), byte[]>());
            Volatile.Write(ref _count, 0);
        }
    }
}
