using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Cose;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Protocol.Receipts;

/// <summary>What a COSE receipt proves of the leaf it was checked with.</summary>
/// <param name="KeyId">The key that signed the root.</param>
/// <param name="Issuer">The did of the member that it names.</param>
/// <param name="Subject">The urn of network and shard.</param>
/// <param name="ClaimedTreeSize">Leaves of the tree. RFC 9942 signs the root alone: another size that gives the same path is not told from the true one.</param>
/// <param name="LeafIndex">The leaf's place.</param>
/// <param name="Root">The root that was signed.</param>
public sealed record CoseReceiptFacts(Hash32 KeyId, string Issuer, string Subject, long ClaimedTreeSize, long LeafIndex, Hash32 Root);

/// <summary>
/// A COSE receipt [RFC 9942]: one replica signs the root of a shard's tree and shows a leaf's path to it, for verifiers that know nothing of
/// blocks. One signature is one member's word, not the quorum's: a <see cref="Receipt"/> is.
/// </summary>
public static class CoseReceipt
{
    /// <summary>Most bytes of a COSE receipt.</summary>
    public const int BytesMax = 4096;

    /// <summary>Signs a root and shows a leaf's path to it: one signature.</summary>
    /// <param name="validator">The replica's validator key.</param>
    /// <param name="member">The did of its member.</param>
    /// <param name="shard">The shard whose tree it is.</param>
    /// <param name="leafIndex">The leaf's place.</param>
    /// <param name="treeSize">Leaves of the tree; at least 2, since the first leaf is the genesis.</param>
    /// <param name="path">From the leaf to <paramref name="root"/>.</param>
    /// <param name="root">The tree's root.</param>
    public static byte[] Sign(ISigner validator, LedgerDid member, int shard, long leafIndex, long treeSize, ReadOnlySpan<Hash32> path, Hash32 root)
    {
        byte[] header = EncodeProtected(validator.Public.KeyId, member.ToString(), StatementCodec.Subject(member.Network, shard));
        byte[] signature = new byte[PublicKey.SignatureLength];
        CoseSign1.SignDetached(validator, header, root.Bytes, signature);
        CborWriter proof = new(32 + 34 * path.Length);
        proof.WriteArrayStart(3);
        proof.WriteCount(treeSize);
        proof.WriteCount(leafIndex);
        proof.WriteHashes(path);
        CborWriter unprotected = new(proof.Length + 16);
        unprotected.WriteMapStart(1);
        unprotected.WriteInt(CoseLabel.VerifiableDataProofs);
        unprotected.WriteMapStart(1);
        unprotected.WriteInt(CoseReceiptValue.InclusionProofs);
        unprotected.WriteArrayStart(1);
        unprotected.WriteBytes(proof.WrittenSpan);
        CborWriter writer = new(header.Length + unprotected.Length + 96);
        CoseSign1.Write(writer, header, unprotected.WrittenSpan, default, detached: true, signature);
        return writer.ToArray();
    }

    /// <summary>Checks a receipt for a leaf: at most log2 n hashes and one verification.</summary>
    /// <param name="receipt">The encoded receipt.</param>
    /// <param name="leafHash">The RFC 9162 leaf hash of what it is about, for instance <see cref="Statement.LeafHash"/>.</param>
    /// <param name="key">The validator key that the caller trusts.</param>
    public static Result<CoseReceiptFacts> Verify(ReadOnlyMemory<byte> receipt, Hash32 leafHash, PublicKey key)
    {
        if (receipt.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"A COSE receipt has at most {BytesMax} bytes.");
        if (!CoseSign1.Decode(receipt).TryGet(out CoseSign1 message, out Fault fault)) return fault;
        if (!message.IsDetached) return new Fault(FaultCode.CborUnexpected, "A COSE receipt's payload is detached.");
        CborReader header = new(message.Protected.Span);
        (Hash32 keyId, string issuer, string subject) = ReadProtected(ref header);
        if (!header.End()) return header.Fault;
        if (keyId != key.KeyId) return new Fault(FaultCode.SignerUnknown, "The COSE receipt names another key.");
        CborReader unprotected = new(message.Unprotected.Span);
        if (unprotected.ReadMapStart() != 1) unprotected.Fail("A COSE receipt's unprotected header has its proofs and nothing else.");
        unprotected.ReadKey(CoseLabel.VerifiableDataProofs);
        if (unprotected.ReadMapStart() != 1) unprotected.Fail("A COSE receipt has inclusion proofs and no other.");
        unprotected.ReadKey(CoseReceiptValue.InclusionProofs);
        unprotected.ReadArrayStart(1);
        CborReader proof = new(unprotected.ReadBytes());
        if (!unprotected.End()) return unprotected.Fault;
        proof.ReadArrayStart(3);
        long treeSize = proof.ReadCount(), leafIndex = proof.ReadCount();
        Hash32[] path = proof.ReadHashes(Receipt.PathMax);
        if (!proof.End()) return proof.Fault;
        if (!TreeVerifier.TryRootOfInclusion(leafHash, (ulong)leafIndex, (ulong)treeSize, path, out Hash32 root)) return new Fault(FaultCode.ProofInvalid, "The path does not fit the tree.");
        return message.Verify(key, root.Bytes)
            ? new CoseReceiptFacts(keyId, issuer, subject, treeSize, leafIndex, root)
            : new Fault(FaultCode.SignatureInvalid, "The root that the path leads to was not signed.");
    }

    /// <summary>Takes a transparent statement apart: the statement as it was submitted, and the COSE receipts in its unprotected header. Nothing is verified.</summary>
    public static Result<(Statement Statement, ReadOnlyMemory<byte>[] Receipts)> Detach(ReadOnlyMemory<byte> transparent)
    {
        if (transparent.Length > Statement.BytesMax + ReceiptsMax * (BytesMax + 3) + 16) return new Fault(FaultCode.FormatLimit, $"A transparent statement has at most {ReceiptsMax} receipts.");
        if (!CoseSign1.Decode(transparent).TryGet(out CoseSign1 message, out Fault fault)) return fault;
        CborReader reader = new(message.Unprotected.Span);
        if (reader.ReadMapStart() != 1) reader.Fail("A transparent statement's unprotected header has its receipts and nothing else.");
        reader.ReadKey(CoseLabel.Receipts);
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count is 0 or > ReceiptsMax) reader.Fail($"A transparent statement has 1 to {ReceiptsMax} receipts.", FaultCode.FormatLimit);
        if (reader.Failed) return reader.Fault;
        ReadOnlyMemory<byte>[] receipts = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < count; i++) receipts[i] = reader.ReadBytesUpTo(BytesMax).ToArray();
        if (!reader.End()) return reader.Fault;
        CborWriter writer = new(Statement.BytesMax);
        CoseSign1.Write(writer, message.Protected.Span, message.Payload.Span, message.Signature.Span);
        return Statement.Decode(writer.ToArray()).TryGet(out Statement? statement, out fault) ? (statement, receipts) : fault;
    }

    /// <summary>Most receipts in a transparent statement: one a member.</summary>
    public const int ReceiptsMax = Votes.Quorum.MembersMax;

    private static byte[] EncodeProtected(Hash32 keyId, string issuer, string subject)
    {
        CborWriter writer = new(256);
        writer.WriteMapStart(4);
        writer.WriteInt(CoseLabel.Algorithm);
        writer.WriteInt(CoseAlgorithm.Es256);
        writer.WriteInt(CoseLabel.KeyId);
        writer.WriteHash(keyId);
        writer.WriteInt(CoseLabel.CwtClaims);
        writer.WriteMapStart(2);
        writer.WriteInt(CwtClaim.Issuer);
        writer.WriteText(issuer);
        writer.WriteInt(CwtClaim.Subject);
        writer.WriteText(subject);
        writer.WriteInt(CoseLabel.VerifiableDataStructure);
        writer.WriteInt(CoseReceiptValue.Rfc9162Sha256);
        return writer.ToArray();
    }

    private static (Hash32 KeyId, string Issuer, string Subject) ReadProtected(ref CborReader reader)
    {
        if (reader.ReadMapStart() != 4) reader.Fail("A COSE receipt's protected header has 4 labels.");
        reader.ReadKey(CoseLabel.Algorithm);
        if (reader.ReadInt() != CoseAlgorithm.Es256) reader.Fail("The signature's algorithm is not one this software knows.", FaultCode.Unsupported);
        reader.ReadKey(CoseLabel.KeyId);
        Hash32 keyId = reader.ReadHash();
        reader.ReadKey(CoseLabel.CwtClaims);
        if (reader.ReadMapStart() != 2) reader.Fail("A COSE receipt's claims are issuer and subject.");
        reader.ReadKey(CwtClaim.Issuer);
        string issuer = reader.ReadText(LedgerDid.TextLengthMax);
        reader.ReadKey(CwtClaim.Subject);
        string subject = reader.ReadText(StatementCodec.SubjectBytesMax);
        reader.ReadKey(CoseLabel.VerifiableDataStructure);
        if (reader.ReadInt() != CoseReceiptValue.Rfc9162Sha256) reader.Fail("The tree is not one this software knows.", FaultCode.Unsupported);
        return (keyId, issuer, subject);
    }
}
