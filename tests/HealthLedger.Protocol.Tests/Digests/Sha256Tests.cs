using System.Security.Cryptography;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Tests.Digests;

/// <summary>Every way we hash, beside the base library.</summary>
public class Sha256Tests
{
    private static readonly byte[] Data = [.. Enumerable.Range(0, 10_000).Select(i => (byte)(i * 31 + i / 256))];

    [Fact]
    public void Every_length_hashes_as_the_base_library_has_it_in_one_part_or_four()
    {
        for (int length = 0; length < Data.Length; length += length < 300 ? 1 : 97)
        {
            ReadOnlySpan<byte> data = Data.AsSpan(0, length);
            Hash32 expected = new(SHA256.HashData(data));
            Sha256.Hash(data).Should().Be(expected);
            int a = length / 7, b = length / 3, c = length / 2;
            Sha256.Hash(data[..b], data[b..]).Should().Be(expected);
            Sha256.Hash(data[..b], data[b..c], data[c..]).Should().Be(expected);
            Sha256.Hash(data[..a], data[a..b], data[b..c], data[c..]).Should().Be(expected);
            Sha256.HashJoined(data[..a], data[a..b], data[b..c], data[c..]).Should().Be(expected);
        }
    }

    [Fact]
    public void Libcrypto_alone_agrees_where_it_is_there()
    {
        Assert.SkipUnless(NativeSha256.IsSupported, "skipped: needs libcrypto");
        for (int length = 0; length < Data.Length; length += length < 300 ? 1 : 97)
            NativeSha256.Hash(Data.AsSpan(0, length)).Should().Be(new Hash32(SHA256.HashData(Data.AsSpan(0, length))));
    }

    [Fact]
    public void Batches_of_nodes_of_every_size_agree_in_place_too()
    {
        Hash32[] children = [.. Enumerable.Range(0, 160).Select(i => new Hash32(SHA256.HashData(BitConverter.GetBytes(i))))];
        for (int parents = 0; parents <= 80; parents++)
        {
            Hash32[] expected = [.. Enumerable.Range(0, parents).Select(i => new Hash32(SHA256.HashData((byte[])[1, .. children[2 * i].Bytes, .. children[2 * i + 1].Bytes])))];
            Hash32[] actual = new Hash32[parents];
            TreeHash.HashNodes(children.AsSpan(0, 2 * parents), actual);
            actual.Should().Equal(expected);
            Hash32[] place = [.. children];
            TreeHash.HashNodes(place.AsSpan(0, 2 * parents), place.AsSpan(0, parents));
            place[..parents].Should().Equal(expected);
            place = [.. children];
            if (parents > 0) TreeHash.HashNodes(place.AsSpan(0, 2 * parents), place.AsSpan(1, parents));
            place[1..][..parents].Should().Equal(expected);
        }
    }

    [Fact]
    public void Batches_of_leaves_agree_whatever_their_lengths()
    {
        Random random = new(7);
        for (int round = 0; round < 300; round++)
        {
            int[] lengths = new int[random.Next(0, 50)];
            int alike = random.Next(0, 400);
            for (int i = 0; i < lengths.Length; i++)
                lengths[i] = (round % 3) switch { 0 => alike, 1 => random.Next(0, 300), _ => random.Next(20) == 0 ? 9_000 : random.Next(0, 130) };
            ReadOnlyMemory<byte>[] entries = [.. lengths.Select(length => new ReadOnlyMemory<byte>(Data, random.Next(Data.Length - length), length))];
            Hash32[] expected = [.. entries.Select(entry => new Hash32(SHA256.HashData((byte[])[0, .. entry.Span])))];
            Hash32[] hashes = new Hash32[entries.Length];
            TreeHash.HashLeaves(entries, hashes);
            hashes.Should().Equal(expected);
            byte[] joined = [.. entries.SelectMany(entry => entry.ToArray())];
            int end = 0;
            int[] ends = [.. lengths.Select(length => end += length)];
            Array.Clear(hashes);
            TreeHash.HashLeaves(joined, ends, hashes);
            hashes.Should().Equal(expected);
        }
    }

    [Fact]
    public void Sixteen_leaves_of_every_length_around_the_blocks_edges_agree_side_by_side()
    {
        Assert.SkipUnless(WideSha256.IsSupported, "skipped: needs AVX-512");
        for (int length = 0; length <= 200; length++)
        {
            byte[] joined = [.. Enumerable.Range(0, 16).SelectMany(i => Data[i..(i + length)])];
            int[] ends = [.. Enumerable.Range(1, 16).Select(i => i * length)];
            Hash32[] hashes = new Hash32[16];
            TreeHash.HashLeaves(joined, ends, hashes);
            for (int i = 0; i < 16; i++) hashes[i].Should().Be(new Hash32(SHA256.HashData((byte[])[0, .. Data[i..(i + length)]])));
        }
    }
}
