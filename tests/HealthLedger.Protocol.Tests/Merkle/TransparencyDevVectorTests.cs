using System.Text.Json;
using HealthLedger.Protocol.Merkle;
using HealthLedger.TestMaterial;

namespace HealthLedger.Protocol.Tests.Merkle;

/// <summary>The good and bad proofs of transparency-dev/merkle.</summary>
public class TransparencyDevVectorTests
{
    [Fact]
    public void Inclusion_proofs_are_judged_as_transparency_dev_judges_them() => Judge("inclusion", 51, vector =>
        Hash(vector, "root") is { } root && Hash(vector, "leafHash") is { } leaf && Proof(vector) is { } proof
        && TreeVerifier.Inclusion(leaf, vector.GetProperty("leafIdx").GetUInt64(), vector.GetProperty("treeSize").GetUInt64(), proof, root));

    [Fact]
    public void Consistency_proofs_are_judged_as_transparency_dev_judges_them() => Judge("consistency", 33, vector =>
        Hash(vector, "root1") is { } old && Hash(vector, "root2") is { } root && Proof(vector) is { } proof
        && TreeVerifier.Consistency(vector.GetProperty("size1").GetUInt64(), old, vector.GetProperty("size2").GetUInt64(), root, proof));

    [Fact]
    public void Subtree_inclusion_proofs_are_judged_as_transparency_dev_judges_them() => Judge("subtreeinclusion", 118, vector =>
        Hash(vector, "root") is { } root && Hash(vector, "leafHash") is { } leaf && Proof(vector) is { } proof
        && TreeVerifier.SubtreeInclusion(leaf, vector.GetProperty("leafIdx").GetUInt64(), vector.GetProperty("start").GetUInt64(), vector.GetProperty("end").GetUInt64(), proof, root));

    [Fact]
    public void Subtree_consistency_proofs_are_judged_as_transparency_dev_judges_them() => Judge("subtreeconsistency", 69, vector =>
        Hash(vector, "root1") is { } subtree && Hash(vector, "root2") is { } root && Proof(vector) is { } proof
        && TreeVerifier.Subtree(vector.GetProperty("start").GetUInt64(), vector.GetProperty("end").GetUInt64(), subtree, vector.GetProperty("size").GetUInt64(), root, proof));

    private static void Judge(string suite, int atLeast, Func<JsonElement, bool> verify)
    {
        string folder = SharedData.Require($"merkle-vectors/transparency-dev/{suite}");
        int good = 0, bad = 0;
        foreach (string file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            bool wanted = !document.RootElement.GetProperty("wantErr").GetBoolean() && !IsEmptySubtree(document.RootElement);
            verify(document.RootElement).Should().Be(wanted, file);
            if (wanted) good++;
            else bad++;
        }
        good.Should().BePositive();
        bad.Should().BePositive();
        (good + bad).Should().BeGreaterThanOrEqualTo(atLeast);
    }

    /// <summary>
    /// Three vectors call the proof of a subtree without leaves good, under any root, even a random one. It says nothing of the tree, and the
    /// definition of a subtree has start &lt; end; a verifier of ours that said yes would be misread, so it says no.
    /// </summary>
    private static bool IsEmptySubtree(JsonElement vector) =>
        vector.TryGetProperty("start", out JsonElement start) && start.GetUInt64() == vector.GetProperty("end").GetUInt64();

    /// <summary>Null for a hash that is not 32 bytes: our types cannot even hold it.</summary>
    private static Hash32? Hash(JsonElement vector, string name) => Hash(vector.GetProperty(name));

    private static Hash32? Hash(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetBytesFromBase64() is { Length: Hash32.Length } bytes ? new Hash32(bytes) : null;

    private static Hash32[]? Proof(JsonElement vector)
    {
        JsonElement proof = vector.GetProperty("proof");
        if (proof.ValueKind == JsonValueKind.Null) return [];
        Hash32?[] hashes = [.. proof.EnumerateArray().Select(Hash)];
        return hashes.Any(hash => hash is null) ? null : [.. hashes.Select(hash => hash!.Value)];
    }
}
