using System.Threading.Channels;

namespace HealthLedger.Validator.Links.Http;

/// <summary>Messages that wait for one member, bounded by count and bytes, and the beats between them. Any number of writers, one reader.</summary>
internal sealed class LinkQueue(int messagesMax, long bytesMax, TimeProvider time)
{
    private readonly Channel<Waiting> _channel = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private int _messages, _beatWaits;
    private long _bytes;

    /// <summary>A message with the moment it came; or a beat.</summary>
    internal readonly record struct Waiting(ReadOnlyMemory<byte> Message, long Since, bool IsBeat);

    /// <summary>Messages waiting, or being written.</summary>
    public int Messages => Volatile.Read(ref _messages);

    /// <summary>Bytes waiting, or being written.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Adds a message; false where there is no room.</summary>
    public bool TryAdd(ReadOnlyMemory<byte> message)
    {
        if (Interlocked.Increment(ref _messages) > messagesMax)
        {
            Interlocked.Decrement(ref _messages);
            return false;
        }
        if (Interlocked.Add(ref _bytes, message.Length) > bytesMax)
        {
            Interlocked.Add(ref _bytes, -message.Length);
            Interlocked.Decrement(ref _messages);
            return false;
        }
        _channel.Writer.TryWrite(new Waiting(message, time.GetTimestamp(), IsBeat: false));
        return true;
    }

    /// <summary>Asks for a beat; one that waits already is enough.</summary>
    public void AddBeat()
    {
        if (Interlocked.Exchange(ref _beatWaits, 1) == 0) _channel.Writer.TryWrite(new Waiting(default, 0, IsBeat: true));
    }

    /// <summary>Waits until there is something to take.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _channel.Reader.WaitToReadAsync(cancel);

    /// <summary>Takes the oldest; a message's room is free once <see cref="Done"/> says so.</summary>
    public bool TryTake(out Waiting waiting)
    {
        if (!_channel.Reader.TryRead(out waiting)) return false;
        if (waiting.IsBeat) Volatile.Write(ref _beatWaits, 0);
        return true;
    }

    /// <summary>So many messages that were taken are written, or lost.</summary>
    public void Done(int messages, long bytes)
    {
        Interlocked.Add(ref _messages, -messages);
        Interlocked.Add(ref _bytes, -bytes);
    }
}
