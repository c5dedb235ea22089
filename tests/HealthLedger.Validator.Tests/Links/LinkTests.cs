using HealthLedger.Validator.Tests.Network;
using System.Buffers.Binary;

namespace HealthLedger.Validator.Tests.Links;

/// <summary>Members that know each other: what is posted arrives, what is asked is answered, and nobody waits for another.</summary>
public sealed class LinkTests
{
    [Fact]
    public async Task Messages_arrive_in_order_from_the_member_that_sent_them()
    {
        const int messages = 10_000;
        await using TestLinks links = await TestLinks.StartAsync(3);
        await TestLinks.UntilUpAsync(links[0], links[1], links[2]);
        for (int i = 0; i < messages; i++) links[0].Post(links[1], Numbered(i));
        links[2].Post(links[1], Numbered(-1));
        await TestNetwork.UntilAsync(() => links[1].Endpoint.Received.Count == messages + 1, "all have come");
        links[1].Endpoint.Received.Where(item => item.From == links[0].Id).Select(item => Number(item.Message)).Should().Equal(Enumerable.Range(0, messages));
        links[1].Endpoint.Received.Count(item => item.From == links[2].Id).Should().Be(1);
        links[0].HealthOf(links[1])!.SentMessages.Should().Be(messages);
        links[1].HealthOf(links[0])!.ReceivedMessages.Should().Be(messages);
        links[2].Endpoint.Received.Should().BeEmpty();
    }

    [Fact]
    public async Task A_large_message_arrives_whole()
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        await TestLinks.UntilUpAsync(links[0], links[1]);
        byte[] large = new byte[20 << 20];
        new Random(7).NextBytes(large);
        links[0].Post(links[1], large);
        await TestNetwork.UntilAsync(() => !links[1].Endpoint.Received.IsEmpty, "it has come");
        links[1].Endpoint.Received.Single().Message.Span.SequenceEqual(large).Should().BeTrue();
    }

    [Fact]
    public async Task A_question_is_answered_and_many_at_once_are()
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        await TestLinks.UntilUpAsync(links[0], links[1]);
        ReadOnlyMemory<byte>[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => links[0].Links.AskAsync(links[1].Id, Numbered(i), CancellationToken.None)));
        answers.Select(Number).Should().Equal(Enumerable.Range(0, 200));
    }

    [Fact]
    public async Task A_large_answer_holds_up_no_message()
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        await TestLinks.UntilUpAsync(links[0], links[1]);
        TaskCompletionSource<ReadOnlyMemory<byte>> large = new();
        links[1].Endpoint.Answer = _ => large.Task;
        Task<ReadOnlyMemory<byte>> asked = links[0].Links.AskAsync(links[1].Id, Numbered(1), CancellationToken.None);
        links[0].Post(links[1], Numbered(2));
        await TestNetwork.UntilAsync(() => !links[1].Endpoint.Received.IsEmpty, "the message has come while the answer is on its way");
        large.SetResult(new byte[10 << 20]);
        (await asked).Length.Should().Be(10 << 20);
    }

    [Fact]
    public async Task A_member_that_is_down_is_asked_in_vain_and_that_soon()
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        await links[1].StopAsync();
        await TestNetwork.UntilAsync(() => !links[0].HealthOf(links[1])!.IsUp, "the link is down");
        (await links[0].Links.AskAsync(links[1].Id, Numbered(1), CancellationToken.None)).IsEmpty.Should().BeTrue();
    }

    [Fact]
    public async Task One_who_reads_slowly_fills_a_bounded_queue_and_holds_up_nobody_else()
    {
        await using TestLinks links = await TestLinks.StartAsync(3, TestLinks.Options with { QueueBytesMax = 4 << 20, QueueMessagesMax = 1_000 });
        await TestLinks.UntilUpAsync(links[0], links[1], links[2]);
        links[1].Endpoint.Hold();
        byte[] piece = new byte[256 << 10];
        await TestNetwork.UntilAsync(
            () =>
            {
                for (int i = 0; i < 64; i++) links[0].Post(links[1], piece);
                return links[0].HealthOf(links[1])!.Dropped > 0;
            }, "the queue is full");
        links[0].HealthOf(links[1])!.QueueBytes.Should().BeLessThanOrEqualTo(4 << 20);
        links[0].Post(links[2], Numbered(5));
        await TestNetwork.UntilAsync(() => !links[2].Endpoint.Received.IsEmpty, "another hears at once");
        links[1].Endpoint.Release();
        links[0].HealthOf(links[1])!.IsUp.Should().BeTrue("who is slow is not gone");
        await TestNetwork.UntilAsync(() => links[0].HealthOf(links[1])!.QueueMessages == 0, "what waited is taken, or was too old");
    }

    [Fact]
    public async Task A_member_that_ends_and_comes_back_is_found_again()
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        for (int i = 0; i < 3; i++)
        {
            await TestLinks.UntilUpAsync(links[0], links[1]);
            await links[1].StopAsync();
            await TestNetwork.UntilAsync(() => !links[0].HealthOf(links[1])!.IsUp, "the end is noticed");
            await links[1].RestartAsync();
        }
        await TestLinks.UntilUpAsync(links[0], links[1]);
        links[0].Post(links[1], Numbered(9));
        await TestNetwork.UntilAsync(() => links[1].Endpoint.Received.Any(item => Number(item.Message) == 9), "messages come again");
    }

    [Fact]
    public async Task Who_joins_is_connected_and_who_has_left_is_cut_off()
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        TestPeer third = await links.AddAsync();
        links.Introduce();
        await TestLinks.UntilUpAsync(links[0], links[1], third);
        links[0].Directory.Known = [links[0].Member, links[1].Member];
        await TestNetwork.UntilAsync(() => third.HealthOf(links[0]) is { IsUp: false, IsHeard: false } && links[0].HealthOf(third) is null, "the one who has left is cut off");
        third.Post(links[0], Numbered(3));
        links[0].Post(third, Numbered(4));
        links[1].Post(links[0], Numbered(5));
        await TestNetwork.UntilAsync(() => links[0].Endpoint.Received.Any(item => Number(item.Message) == 5), "the others go on");
        links[0].Endpoint.Received.Should().NotContain(item => item.From == third.Id);
    }

    private static byte[] Numbered(int number)
    {
        byte[] message = new byte[40];
        BinaryPrimitives.WriteInt32BigEndian(message, number);
        return message;
    }

    private static int Number(ReadOnlyMemory<byte> message) => BinaryPrimitives.ReadInt32BigEndian(message.Span);
}
