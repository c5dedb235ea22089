using HealthLedger.Protocol;

namespace HealthLedger.Validator.Links.Http;

/// <summary>What is counted for one member. Safe for several threads.</summary>
internal sealed class LinkTally
{
    private long _sentMessages, _sentBytes, _receivedMessages, _receivedBytes, _dropped, _connects;

    public long SentMessages => Volatile.Read(ref _sentMessages);

    public long SentBytes => Volatile.Read(ref _sentBytes);

    public long ReceivedMessages => Volatile.Read(ref _receivedMessages);

    public long ReceivedBytes => Volatile.Read(ref _receivedBytes);

    public long Dropped => Volatile.Read(ref _dropped);

    public long Connects => Volatile.Read(ref _connects);

    public void Sent(int messages, long bytes)
    {
        Interlocked.Add(ref _sentMessages, messages);
        Interlocked.Add(ref _sentBytes, bytes);
    }

    public void Received(int bytes)
    {
        Interlocked.Increment(ref _receivedMessages);
        Interlocked.Add(ref _receivedBytes, bytes);
    }

    public void Drop() => Interlocked.Increment(ref _dropped);

    public void Connected() => Interlocked.Increment(ref _connects);
}
