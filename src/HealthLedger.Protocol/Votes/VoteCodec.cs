using System.Buffers.Binary;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Protocol.Votes;

/// <summary>The bytes of votes and certificates (FORMATS.md section 4). Who may sign them, <c>Genesis.CertificateVerifier</c> knows.</summary>
public static class VoteCodec
{
    /// <summary>Writes a vote: a leaf of its flush's tree.</summary>
    public static void WriteVote(CborWriter writer, string network, in Vote vote)
    {
        writer.WriteArrayStart(7);
        writer.WriteUInt((ulong)vote.Kind);
        writer.WriteText(network);
        writer.WriteCount(vote.Epoch.Config);
        writer.WriteCount(vote.Shard);
        writer.WriteCount(vote.Epoch.Counter);
        writer.WriteCount(vote.Height);
        writer.WriteHash(vote.Block);
    }

    /// <summary>The leaf hash of a vote: one hash.</summary>
    public static Hash32 VoteLeaf(string network, in Vote vote)
    {
        CborWriter writer = new(128);
        WriteVote(writer, network, vote);
        return TreeHash.Leaf(writer.WrittenSpan);
    }

    /// <summary>What a validator signs once a flush: the domain, the number of votes, the root of their tree.</summary>
    public static byte[] SignedRoot(long treeSize, Hash32 root)
    {
        byte[] signed = new byte[Domains.Votes.Length + sizeof(ulong) + Hash32.Length];
        Domains.Votes.CopyTo(signed);
        BinaryPrimitives.WriteUInt64BigEndian(signed.AsSpan(Domains.Votes.Length), (ulong)treeSize);
        root.CopyTo(signed.AsSpan(Domains.Votes.Length + sizeof(ulong)));
        return signed;
    }

    /// <summary>Signs all votes of one flush: one signature, at most two hashes a vote.</summary>
    /// <param name="signer">The validator key.</param>
    /// <param name="network">The network's name.</param>
    /// <param name="member">The validator's index.</param>
    /// <param name="votes">1 to 4,096.</param>
    /// <returns>A proof for each vote, in order.</returns>
    public static VoteProof[] Sign(ISigner signer, string network, int member, ReadOnlySpan<Vote> votes)
    {
        if (votes.Length is 0 or > VoteProof.TreeSizeMax) throw new ArgumentOutOfRangeException(nameof(votes), $"A flush has 1 to {VoteProof.TreeSizeMax} votes.");
        Hash32[] leaves = new Hash32[votes.Length];
        for (int i = 0; i < votes.Length; i++) leaves[i] = VoteLeaf(network, votes[i]);
        MemoryTree tree = new(leaves);
        byte[] signature = new byte[PublicKey.SignatureLength];
        signer.Sign(SignedRoot(votes.Length, tree.Root()), signature);
        VoteProof[] proofs = new VoteProof[votes.Length];
        for (int i = 0; i < votes.Length; i++) proofs[i] = new VoteProof(member, i, votes.Length, tree.Inclusion((ulong)i), signature);
        return proofs;
    }

    /// <summary>Writes a proof.</summary>
    public static void WriteProof(CborWriter writer, VoteProof proof)
    {
        writer.WriteArrayStart(5);
        writer.WriteCount(proof.Member);
        writer.WriteCount(proof.LeafIndex);
        writer.WriteCount(proof.TreeSize);
        writer.WriteHashes(proof.Path);
        writer.WriteSignature(proof.Signature);
    }

    /// <summary>Reads a proof; the reader's fault says whether it is one.</summary>
    public static VoteProof ReadProof(ref CborReader reader)
    {
        reader.ReadArrayStart(5);
        return new VoteProof(reader.ReadInt32(Quorum.MembersMax - 1), reader.ReadInt32(VoteProof.TreeSizeMax - 1), reader.ReadInt32(VoteProof.TreeSizeMax),
            reader.ReadHashes(VoteProof.PathMax), reader.ReadSignature().ToArray());
    }

    /// <summary>Writes a certificate.</summary>
    public static void Write(CborWriter writer, Certificate certificate)
    {
        writer.WriteMapStart(7);
        WriteVoteFields(writer, certificate.Vote);
        writer.WriteUInt(7);
        writer.WriteArrayStart(certificate.Proofs.Length);
        foreach (VoteProof proof in certificate.Proofs) WriteProof(writer, proof);
    }

    /// <summary>Reads a certificate; null when the reader failed. No signature is checked.</summary>
    public static Certificate? Read(ref CborReader reader)
    {
        Vote vote = ReadVoteFields(ref reader);
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count is 0 or > Quorum.MembersMax) reader.Fail($"A certificate has 1 to {Quorum.MembersMax} proofs.", FaultCode.FormatLimit);
        if (reader.Failed) return null;
        VoteProof[] proofs = new VoteProof[count];
        for (int i = 0; i < count; i++) proofs[i] = ReadProof(ref reader);
        return reader.Failed ? null : new Certificate(vote, proofs);
    }

    private static void WriteVoteFields(CborWriter writer, in Vote vote)
    {
        writer.WriteUInt(1);
        writer.WriteUInt((ulong)vote.Kind);
        writer.WriteUInt(2);
        writer.WriteCount(vote.Epoch.Config);
        writer.WriteUInt(3);
        writer.WriteCount(vote.Shard);
        writer.WriteUInt(4);
        writer.WriteCount(vote.Epoch.Counter);
        writer.WriteUInt(5);
        writer.WriteCount(vote.Height);
        writer.WriteUInt(6);
        writer.WriteHash(vote.Block);
    }

    private static Vote ReadVoteFields(ref CborReader reader)
    {
        if (reader.ReadMapStart() != 7) reader.Fail("A certificate has 7 fields.");
        reader.ReadKey(1);
        int kind = reader.ReadInt32((int)VoteKind.Commit);
        if (kind == 0) reader.Fail("A vote is of kind 1 or 2.", FaultCode.FormatValue);
        reader.ReadKey(2);
        int config = reader.ReadInt32();
        reader.ReadKey(3);
        int shard = reader.ReadInt32(Statements.Shards.CountMax);
        reader.ReadKey(4);
        long counter = reader.ReadCount();
        reader.ReadKey(5);
        long height = reader.ReadCount();
        reader.ReadKey(6);
        Hash32 block = reader.ReadHash();
        reader.ReadKey(7);
        return new Vote((VoteKind)kind, shard, new Epoch(config, counter), height, block);
    }
}
