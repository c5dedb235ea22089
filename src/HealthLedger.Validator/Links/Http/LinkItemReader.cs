namespace HealthLedger.Validator.Links.Http;

/// <summary>
/// Reads the items of one stream. Small ones are cut out of one buffer; a large one grows with the bytes that have come, so that announcing much
/// costs the receiver nothing. Used by one thread at a time; <see cref="BytesRead"/> may be read by any.
/// </summary>
internal sealed class LinkItemReader(Stream stream)
{
    private const int BufferBytes = 64 << 10, FirstPieceBytes = 1 << 20;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private int _start, _end;
    private long _read;

    /// <summary>Bytes that have come so far.</summary>
    public long BytesRead => Volatile.Read(ref _read);

    /// <summary>The next item; its bytes are its own.</summary>
    /// <param name="messageBytesMax">A longer message is malformed.</param>
    /// <param name="cancel">Gives up.</param>
    public async ValueTask<LinkItem> ReadAsync(int messageBytesMax, CancellationToken cancel)
    {
        int head;
        bool isMessage;
        ulong value;
        while ((head = LinkHead.Read(_buffer.AsSpan(_start, _end - _start), out isMessage, out value)) == 0)
        {
            bool isBetween = _start == _end;
            if (!await FillAsync(cancel)) return new LinkItem(isBetween ? LinkItemKind.End : LinkItemKind.Malformed);
        }
        if (head < 0) return new LinkItem(LinkItemKind.Malformed);
        _start += head;
        if (!isMessage) return new LinkItem(LinkItemKind.Beat, Beat: value);
        if (value > (ulong)messageBytesMax) return new LinkItem(LinkItemKind.Malformed);
        return await BodyAsync((int)value, cancel) is { } message ? new LinkItem(LinkItemKind.Message, message) : new LinkItem(LinkItemKind.Malformed);
    }

    private async ValueTask<byte[]?> BodyAsync(int length, CancellationToken cancel)
    {
        byte[] message = GC.AllocateUninitializedArray<byte>(Math.Min(length, FirstPieceBytes));
        int filled = Math.Min(message.Length, _end - _start);
        _buffer.AsSpan(_start, filled).CopyTo(message);
        _start += filled;
        while (filled < length)
        {
            if (filled == message.Length) Array.Resize(ref message, (int)Math.Min(length, 2L * message.Length));
            int read = await stream.ReadAsync(message.AsMemory(filled), cancel);
            if (read == 0) return null;
            Volatile.Write(ref _read, _read + read);
            filled += read;
        }
        return message;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        if (_start == _end) _start = _end = 0;
        else if (_buffer.Length - _start < LinkHead.LengthMax)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel);
        _end += read;
        Volatile.Write(ref _read, _read + read);
        return read > 0;
    }
}
