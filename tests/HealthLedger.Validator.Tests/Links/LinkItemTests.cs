using FsCheck;
using FsCheck.Fluent;
using HealthLedger.Validator.Links.Http;

namespace HealthLedger.Validator.Tests.Links;

/// <summary>The items of a stream, however the bytes are cut.</summary>
public sealed class LinkItemTests
{
    [Fact]
    public async Task Items_are_read_as_they_were_written_however_the_bytes_arrive()
    {
        int[] lengths = [0, 1, 23, 24, 255, 256, 65_535, 65_536, 65_537, 3_000_000];
        ulong[] beats = [0, 23, 24, 255, 256, 65_535, 65_536, uint.MaxValue, (ulong)uint.MaxValue + 1, ulong.MaxValue];
        using MemoryStream written = new();
        byte[] head = new byte[LinkHead.LengthMax];
        for (int i = 0; i < lengths.Length; i++)
        {
            written.Write(head.AsSpan(0, LinkHead.WriteMessage(head, lengths[i])));
            written.Write(Filled(lengths[i], (byte)i));
            written.Write(head.AsSpan(0, LinkHead.WriteBeat(head, beats[i])));
        }
        foreach (int piece in new[] { 1, 7, 65_536, int.MaxValue })
        {
            LinkItemReader reader = new(new PiecewiseStream(written.ToArray(), piece));
            for (int i = 0; i < lengths.Length; i++)
            {
                LinkItem message = await reader.ReadAsync(4_000_000, CancellationToken.None), beat = await reader.ReadAsync(4_000_000, CancellationToken.None);
                message.Message.Span.SequenceEqual(Filled(lengths[i], (byte)i)).Should().BeTrue();
                beat.Should().Be(new LinkItem(LinkItemKind.Beat, Beat: beats[i]));
            }
            (await reader.ReadAsync(0, CancellationToken.None)).Kind.Should().Be(LinkItemKind.End);
            reader.BytesRead.Should().Be(written.Length);
        }
    }

    [Fact]
    public async Task A_cut_item_is_malformed_and_a_message_over_the_limit_is()
    {
        (await ReadAsync("5820", 100)).Should().Be(LinkItemKind.Malformed);
        (await ReadAsync("19ff", 100)).Should().Be(LinkItemKind.Malformed);
        (await ReadAsync("43010203", 3)).Should().Be(LinkItemKind.Message);
        (await ReadAsync("43010203", 2)).Should().Be(LinkItemKind.Malformed);
    }

    [Fact]
    public void Random_bytes_are_read_to_an_end_without_a_failure() => Prop.ForAll<byte[]>(bytes =>
    {
        LinkItemReader reader = new(new MemoryStream(bytes));
        LinkItem item;
        int items = 0;
        do item = reader.ReadAsync(1_000, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        while (item.Kind is LinkItemKind.Message or LinkItemKind.Beat && ++items <= bytes.Length);
        return items <= bytes.Length;
    }).QuickCheckThrowOnFailure();

    private static async Task<LinkItemKind> ReadAsync(string hex, int most) => (await new LinkItemReader(new MemoryStream(Convert.FromHexString(hex))).ReadAsync(most, CancellationToken.None)).Kind;

    private static byte[] Filled(int length, byte value)
    {
        byte[] bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private sealed class PiecewiseStream(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }
}
