using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text.Json;
using HealthLedger.Protocol.Cose;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Merkle;
using HealthLedger.TestMaterial;

namespace HealthLedger.Protocol.Tests.Cose;

/// <summary>
/// scitt-cose's published statement and receipt, made by others. Their headers are not canonical, so <see cref="CoseSign1.Decode"/> refuses the
/// receipt; taken apart by the framework's reader, each of our primitives agrees with theirs.
/// </summary>
public class ForeignReceiptTests
{
    [Fact]
    public void The_valid_es256_receipt_of_scitt_cose_holds_and_no_changed_path_does()
    {
        string folder = SharedData.Require("merkle-vectors/scitt-cose/test-vectors/v1/valid-es256");
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        (byte[] header, byte[] statementPayload, byte[] signature, _) = Open(Path.Combine(folder, "statement.cose"));
        Verifies(Path.Combine(folder, "issuer-key.pub"), header, statementPayload, signature).Should().BeTrue();

        CoseSign1.Decode(File.ReadAllBytes(Path.Combine(folder, "receipt.cose"))).IsOk.Should().BeFalse("label 395 stands before label 1");
        (byte[] receiptHeader, _, byte[] receiptSignature, byte[] proofs) = Open(Path.Combine(folder, "receipt.cose"));
        (ulong size, ulong index, Hash32[] path) = Inclusion(proofs);
        Hash32 leaf = TreeHash.Leaf(Convert.FromHexString(expected.RootElement.GetProperty("leaf_entry").GetString()!));
        TreeVerifier.TryRootOfInclusion(leaf, index, size, path, out Hash32 root).Should().BeTrue();
        root.ToString().Should().Be(expected.RootElement.GetProperty("reconstructed_root").GetString());
        Verifies(Path.Combine(folder, "log-key.pub"), receiptHeader, root.ToArray(), receiptSignature).Should().BeTrue();

        for (int i = 0; i < path.Length; i++)
        {
            Hash32[] changed = [.. path];
            changed[i] = TreeHash.Node(changed[i], changed[i]);
            TreeVerifier.TryRootOfInclusion(leaf, index, size, changed, out Hash32 other).Should().BeTrue();
            Verifies(Path.Combine(folder, "log-key.pub"), receiptHeader, other.ToArray(), receiptSignature).Should().BeFalse();
        }
    }

    private static bool Verifies(string keyFile, byte[] header, byte[] payload, byte[] signature)
    {
        using ECDsa imported = ECDsa.Create();
        imported.ImportFromPem(File.ReadAllText(keyFile));
        PublicKey key = PublicKey.FromSpki(imported.ExportSubjectPublicKeyInfo()).Value;
        Protocol.Cbor.CborWriter writer = new();
        CoseSign1.WriteSigStructure(writer, header, payload);
        return key.Verify(writer.WrittenSpan, signature);
    }

    private static (byte[] Header, byte[] Payload, byte[] Signature, byte[] Unprotected) Open(string file)
    {
        CborReader reader = new(File.ReadAllBytes(file), CborConformanceMode.Lax);
        reader.ReadTag();
        reader.ReadStartArray();
        byte[] header = reader.ReadByteString();
        byte[] unprotected = reader.ReadEncodedValue().ToArray();
        byte[] payload = [];
        if (reader.PeekState() == CborReaderState.Null) reader.ReadNull();
        else payload = reader.ReadByteString();
        return (header, payload, reader.ReadByteString(), unprotected);
    }

    private static (ulong Size, ulong Index, Hash32[] Path) Inclusion(byte[] unprotected)
    {
        CborReader reader = new(unprotected);
        reader.ReadStartMap();
        reader.ReadInt32().Should().Be(CoseLabel.VerifiableDataProofs);
        reader.ReadStartMap();
        reader.ReadInt32().Should().Be(CoseReceiptValue.InclusionProofs);
        reader.ReadStartArray();
        Protocol.Cbor.CborReader proof = new(reader.ReadByteString());
        proof.ReadArrayStart(3);
        ulong size = proof.ReadUInt(), index = proof.ReadUInt();
        Hash32[] path = new Hash32[proof.ReadArrayStart()];
        for (int i = 0; i < path.Length; i++) path[i] = proof.ReadHash();
        proof.End().Should().BeTrue();
        return (size, index, path);
    }
}
