using System.Text.Json;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Merkle;
using HealthLedger.TestMaterial;

namespace HealthLedger.Protocol.Tests.Merkle;

public class TreeTests
{
    [Fact]
    public void Roots_are_those_of_the_certificate_transparency_reference_tree()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("merkle-vectors/rfc6962-reference/ct-reference-tree.json")));
        ReadOnlyMemory<byte>[] leaves = [.. document.RootElement.GetProperty("leaves_hex").EnumerateArray().Select(e => (ReadOnlyMemory<byte>)Convert.FromHexString(e.GetString()!))];
        string[] roots = [.. document.RootElement.GetProperty("root_by_size_hex").EnumerateArray().Select(e => e.GetString()!)];
        roots.Should().HaveCount(9);
        MemoryTree tree = new();
        for (int size = 0; size < roots.Length; size++)
        {
            if (size > 0) tree.Append(TreeHash.Leaf(leaves[size - 1].Span));
            MerkleTree.RootOf(leaves.AsSpan(0, size)).ToString().Should().Be(roots[size]);
            tree.Root().ToString().Should().Be(roots[size]);
        }
    }

    [Fact]
    public void Every_inclusion_proof_of_every_small_tree_verifies_and_in_no_other_place()
    {
        for (int size = 1; size <= 70; size++)
        {
            Hash32[] leaves = Leaves(size);
            MemoryTree tree = new(leaves);
            tree.Root().Should().Be(NaiveRoot(leaves));
            MerkleTree.Root(leaves).Should().Be(tree.Root());
            for (int index = 0; index < size; index++)
            {
                Hash32[] proof = tree.Inclusion((ulong)index);
                TreeVerifier.Inclusion(leaves[index], (ulong)index, (ulong)size, proof, tree.Root()).Should().BeTrue();
                TreeVerifier.Subtree((ulong)index, (ulong)index + 1, leaves[index], (ulong)size, tree.Root(), proof).Should().BeTrue();
                TreeVerifier.Inclusion(leaves[index], (ulong)(index + 1), (ulong)size, proof, tree.Root()).Should().BeFalse();
                TreeVerifier.Inclusion(leaves[index], (ulong)index, (ulong)size, [.. proof, leaves[0]], tree.Root()).Should().BeFalse();
                if (proof.Length > 0) TreeVerifier.Inclusion(leaves[index], (ulong)index, (ulong)size, proof.AsSpan(1), tree.Root()).Should().BeFalse();
            }
        }
    }

    [Fact]
    public void Every_valid_subtree_of_every_small_tree_is_proved_consistent_and_no_changed_one_is()
    {
        int proved = 0;
        for (ulong size = 1; size <= 34; size++)
        {
            Hash32[] leaves = Leaves((int)size);
            MemoryTree tree = new(leaves);
            for (ulong start = 0; start < size; start++)
            {
                for (ulong end = start + 1; end <= size; end++)
                {
                    if (!TreeProof.IsValidSubtree(start, end, size)) continue;
                    Hash32 subtree = NaiveRoot(leaves.AsSpan((int)start..(int)end));
                    TreeProof.SubtreeHash(tree, start, end).Should().Be(subtree);
                    Hash32[] proof = TreeProof.Subtree(tree, start, end, size);
                    TreeVerifier.Subtree(start, end, subtree, size, tree.Root(), proof).Should().BeTrue($"[{start}, {end}) of {size}");
                    TreeVerifier.Subtree(start, end, leaves[0] == subtree ? Hash32.Zero : leaves[0], size, tree.Root(), proof).Should().BeFalse();
                    for (ulong index = start; index < end; index++)
                        TreeVerifier.SubtreeInclusion(leaves[index], index, start, end, TreeProof.SubtreeInclusion(tree, index, start, end), subtree).Should().BeTrue();
                    proved++;
                }
            }
        }
        proved.Should().BeGreaterThan(1_000);
    }

    [Fact]
    public void A_compact_range_grown_in_any_steps_has_the_root_of_the_whole_and_survives_its_encoding()
    {
        Hash32[] leaves = Leaves(5_000);
        Random random = new(1);
        CompactRange range = new();
        MemoryTree tree = new();
        for (int done = 0; done < leaves.Length;)
        {
            int step = Math.Min(leaves.Length - done, random.Next(4) == 0 ? random.Next(1, 4_500) : random.Next(1, 9));
            range.Append(leaves.AsSpan(done, step));
            tree.Append(leaves.AsSpan(done, step));
            done += step;
            range.Root().Should().Be(NaiveRoot(leaves.AsSpan(0, done)));
            tree.Root().Should().Be(range.Root());
            CborWriter writer = new();
            range.Write(writer);
            CborReader reader = new(writer.WrittenSpan);
            range = CompactRange.Read(ref reader)!;
            reader.End().Should().BeTrue();
        }
    }

    [Fact]
    public void Consistency_from_nothing_proves_nothing()
    {
        Hash32[] leaves = Leaves(3);
        TreeVerifier.Consistency(0, TreeHash.Empty, 3, MerkleTree.Root(leaves), []).Should().BeFalse();
    }

    internal static Hash32[] Leaves(int count) => [.. Enumerable.Range(0, count).Select(i => TreeHash.Leaf(BitConverter.GetBytes(i)))];

    /// <summary>RFC 9162 §2.1.1, word for word.</summary>
    internal static Hash32 NaiveRoot(ReadOnlySpan<Hash32> leaves)
    {
        if (leaves.Length == 1) return leaves[0];
        int split = 1;
        while (2 * split < leaves.Length) split *= 2;
        return TreeHash.Node(NaiveRoot(leaves[..split]), NaiveRoot(leaves[split..]));
    }
}
