using System.Diagnostics;
using HealthLedger.Protocol;
using HealthLedger.Validator.Links;
using HealthLedger.Validator.Tests.Links;

namespace HealthLedger.Validator.Tests.Speed;

/// <summary>
/// Measurements of the links between members, not tests: both ends in this process, TLS between them. Run with
/// <c>--explicit only --filter-class *LinkSpeedTests --show-live-output on</c>.
/// </summary>
public sealed class LinkSpeedTests(ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData(300, 400_000)]
    [InlineData(16_384, 60_000)]
    [InlineData(1_048_576, 1_500)]
    public async Task Messages_a_second(int bytes, int messages)
    {
        await using TestLinks links = await TestLinks.StartAsync(2, TestLinks.Options with { MessageAgeMax = TimeSpan.FromMinutes(1), QueueMessagesMax = 16_384 });
        await TestLinks.UntilUpAsync(links[0], links[1]);
        byte[] message = new byte[bytes];
        Counter counter = new();
        links[1].Links.Connect(counter);
        await SendAsync(links, message, messages / 10, counter);
        long allocated = GC.GetTotalAllocatedBytes();
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();

        await SendAsync(links, message, messages, counter);

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, cores = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
        output.WriteLine($"{bytes} B: {messages / seconds:n0} messages/s, {(double)bytes * messages / seconds / 1e6:n0} MB/s, {cores / messages * 1e6:n2} us of processor a message at both ends, "
            + $"{(GC.GetTotalAllocatedBytes() - allocated) / (double)messages - bytes:n0} B allocated a message beside its own bytes");
    }

    [Fact(Explicit = true)]
    public async Task Round_trips()
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        await TestLinks.UntilUpAsync(links[0], links[1]);
        Answering there = new(links[1], links[0].Id);
        links[1].Links.Connect(there);
        Waiter here = new();
        links[0].Links.Connect(here);
        List<double> posted = [], asked = [];
        byte[] message = new byte[300];
        for (int i = 0; i < 4_000; i++)
        {
            long start = Stopwatch.GetTimestamp();
            links[0].Post(links[1], message);
            await here.NextAsync();
            if (i >= 1_000) posted.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
        for (int i = 0; i < 2_000; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await links[0].Links.AskAsync(links[1].Id, message, CancellationToken.None);
            if (i >= 500) asked.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
        posted.Sort();
        asked.Sort();
        output.WriteLine($"posted and posted back: p50 {posted[posted.Count / 2]:n0} us, p99 {posted[posted.Count * 99 / 100]:n0} us; asked: p50 {asked[asked.Count / 2]:n0} us, p99 {asked[asked.Count * 99 / 100]:n0} us");
    }

    private static async Task SendAsync(TestLinks links, byte[] message, int messages, Counter counter)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(1));
        long before = counter.Count;
        for (int i = 0; i < messages; i++)
        {
            // The queue is bounded; a sender that is faster than the wire waits, as no vote ever does.
            while (i - (counter.Count - before) > 8_000 || (i - (counter.Count - before)) * (long)message.Length > 64 << 20) await pause.WaitForNextTickAsync();
            links[0].Post(links[1], message);
        }
        while (counter.Count - before < messages) await pause.WaitForNextTickAsync();
    }

    private sealed class Counter : IMemberEndpoint
    {
        private long _count;

        public long Count => Volatile.Read(ref _count);

        public void Receive(Hash32 from, ReadOnlyMemory<byte> message) => Interlocked.Increment(ref _count);

        public Task<ReadOnlyMemory<byte>> AnswerAsync(Hash32 from, ReadOnlyMemory<byte> request, CancellationToken stopping) => Task.FromResult(request);
    }

    private sealed class Answering(TestPeer self, Hash32 to) : IMemberEndpoint
    {
        public void Receive(Hash32 from, ReadOnlyMemory<byte> message) => self.Links.Post(to, message);

        public Task<ReadOnlyMemory<byte>> AnswerAsync(Hash32 from, ReadOnlyMemory<byte> request, CancellationToken stopping) => Task.FromResult(request);
    }

    private sealed class Waiter : IMemberEndpoint
    {
        private readonly SemaphoreSlim _came = new(0);

        public Task NextAsync() => _came.WaitAsync();

        public void Receive(Hash32 from, ReadOnlyMemory<byte> message) => _came.Release();

        public Task<ReadOnlyMemory<byte>> AnswerAsync(Hash32 from, ReadOnlyMemory<byte> request, CancellationToken stopping) => Task.FromResult(request);
    }
}
