using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Merkle;
using HealthLedger.TestMaterial;

namespace HealthLedger.Protocol.Tests.Merkle;

public class TileTests
{
    [Fact]
    public void Paths_are_those_of_the_specification()
    {
        new Tile(0, 1_234_067, Tile.FullWidth).Path.Should().Be("tile/0/x001/x234/067");
        new Tile(1, 0, 17).Path.Should().Be("tile/1/000.p/17");
        new Tile(0, 1_000, 256).EntriesPath.Should().Be("tile/entries/x001/000");
        foreach (ulong index in new ulong[] { 0, 1, 999, 1_000, 999_999, 1_000_000, 1_234_067, ulong.MaxValue / 256 - 1 })
        {
            foreach (int width in new[] { 1, 255, 256 })
            {
                Tile tile = new(3, index, width);
                Tile.TryParsePath(tile.Path, out Tile parsed).Should().BeTrue(tile.Path);
                parsed.Should().Be(tile);
                Tile.TryParseEntriesPath(tile.EntriesPath, out parsed).Should().BeTrue();
                parsed.Should().Be(tile with { Level = 0 });
            }
        }
    }

    [Theory]
    [InlineData("tile/0/1")]
    [InlineData("tile/0/0001")]
    [InlineData("tile/0/x001")]
    [InlineData("tile/0/001/002")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/0/x001/x002")]
    [InlineData("tile/0/001.p/0")]
    [InlineData("tile/0/001.p/256")]
    [InlineData("tile/0/001.p/01")]
    [InlineData("tile/0/001.p/")]
    [InlineData("tile/0/001/")]
    [InlineData("tile/00/001")]
    [InlineData("tile/64/001")]
    [InlineData("tile/-1/001")]
    [InlineData("tile/+1/001")]
    [InlineData("tile/0/-01")]
    [InlineData("tile/0/ 01")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/data/001")]
    [InlineData("../tile/0/001")]
    [InlineData("")]
    public void Other_paths_are_refused(string path) => Tile.TryParsePath(path, out _).Should().BeFalse();

    [Fact]
    public void The_tile_files_of_sunlights_test_tree_have_paths_that_we_parse_and_widths_that_we_compute()
    {
        string root = SharedData.Require("merkle-vectors/sunlight/testdata/tree");
        string[] paths = [.. Directory.EnumerateFiles(Path.Combine(root, "tile"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/')).Where(path => !path.StartsWith("tile/data") && !path.StartsWith("tile/names")).Order(StringComparer.Ordinal)];
        paths.Should().NotBeEmpty();
        // The log has 300 leaves.
        Tile.New(0, 300).Select(tile => tile.Path).Order(StringComparer.Ordinal).Should().Equal(paths);
        string mirror = Directory.GetDirectories(SharedData.Require("merkle-vectors/sunlight/testdata/witness/mirror")).Single();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(mirror, "tile", "entries"), "*", SearchOption.AllDirectories))
            Tile.TryParseEntriesPath(Path.GetRelativePath(mirror, file).Replace('\\', '/'), out _).Should().BeTrue(file);
    }

    [Fact]
    public void The_tiles_of_the_specifications_example_tree_are_counted_right()
    {
        Tile[] tiles = [.. Tile.New(0, 70_000)];
        tiles.Count(tile => tile is { Level: 0, Width: 256 }).Should().Be(273);
        tiles.Single(tile => tile is { Level: 0, Width: < 256 }).Width.Should().Be(112);
        tiles.Where(tile => tile.Level == 1).Select(tile => tile.Width).Should().Equal(256, 17);
        tiles.Where(tile => tile.Level == 2).Select(tile => tile.Width).Should().Equal(1);
        Tile.New(0, 256).Select(tile => tile.Path).Should().Equal("tile/0/000", "tile/1/000.p/1");
        Tile.New(300, 300).Should().BeEmpty();
        Tile.New(255, 257).Select(tile => tile.Path).Should().Equal("tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1");
    }

    [Fact]
    public void Proofs_from_tiles_are_those_from_memory()
    {
        Hash32[] leaves = TreeTests.Leaves(70_000);
        MemoryTree tree = new(leaves);
        TileStore store = new(tree);
        TileNodeReader reader = new(store, tree.Size);
        TreeProof.SubtreeHash(reader, 0, tree.Size).Should().Be(tree.Root());
        foreach (ulong index in new ulong[] { 0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999 })
            TreeProof.Inclusion(reader, index, tree.Size).Should().Equal(tree.Inclusion(index));
        foreach (ulong old in new ulong[] { 1, 255, 256, 257, 65_536, 69_999, 70_000 })
        {
            Hash32[] proof = TreeProof.Consistency(reader, old, tree.Size);
            proof.Should().Equal(TreeProof.Consistency(tree, old, tree.Size));
            TreeVerifier.Consistency(old, MerkleTree.Root(leaves.AsSpan(0, (int)old)), tree.Size, tree.Root(), proof).Should().BeTrue();
        }
    }

    private sealed class TileStore(MemoryTree tree) : ITileSource
    {
        public ReadOnlyMemory<byte> Read(Tile tile)
        {
            tile.Width.Should().Be(Tile.WidthAt(tile.Level, tile.Index, tree.Size));
            NodeId[] nodes = [.. Enumerable.Range(0, tile.Width).Select(i => tile.First with { Index = tile.First.Index + (ulong)i })];
            Hash32[] hashes = new Hash32[nodes.Length];
            tree.Read(nodes, hashes);
            return hashes.SelectMany(hash => hash.ToArray()).ToArray();
        }
    }
}
