using System.Collections.Concurrent;
using HealthLedger.Protocol;
using HealthLedger.Validator.Links;

namespace HealthLedger.Validator.Tests.Links;

/// <summary>A member's receiving end that remembers what came, and may be held up.</summary>
internal sealed class TestEndpoint : IMemberEndpoint
{
    private readonly ManualResetEventSlim _open = new(true);

    public ConcurrentQueue<(Hash32 From, ReadOnlyMemory<byte> Message)> Received { get; } = new();

    public Func<ReadOnlyMemory<byte>, Task<ReadOnlyMemory<byte>>> Answer { get; set; } = Task.FromResult;

    public void Hold() => _open.Reset();

    public void Release() => _open.Set();

    public void Receive(Hash32 from, ReadOnlyMemory<byte> message)
    {
        _open.Wait();
        Received.Enqueue((from, message));
    }

    public Task<ReadOnlyMemory<byte>> AnswerAsync(Hash32 from, ReadOnlyMemory<byte> request, CancellationToken stopping) => Answer(request);
}
