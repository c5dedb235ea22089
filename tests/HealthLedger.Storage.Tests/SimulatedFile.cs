namespace HealthLedger.Storage.Tests;

/// <summary>The bytes of one file as its readers see them, and as they would be found after a power cut.</summary>
internal sealed class SimulatedFile
{
    private readonly List<(long Offset, byte[] Bytes)> _pending = [];
    private byte[] _current = [], _durable = [];
    private int _length, _durableLength;

    public int Length => _length;

    public int Read(long offset, Span<byte> destination)
    {
        if (offset >= _length) return 0;
        int count = (int)Math.Min(destination.Length, _length - offset);
        _current.AsSpan((int)offset, count).CopyTo(destination);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        Put(ref _current, ref _length, offset, source);
        _pending.Add((offset, source.ToArray()));
    }

    public void SetLength(long length)
    {
        Resize(ref _current, (int)length);
        if (length < _length) _current.AsSpan((int)length, _length - (int)length).Clear();
        _length = (int)length;
        Flush();
    }

    public void Flush()
    {
        Resize(ref _durable, _length);
        _current.AsSpan(0, _length).CopyTo(_durable);
        _durableLength = _length;
        _pending.Clear();
    }

    /// <summary>What was not flushed is kept, lost or torn in sectors of 512 bytes, each as chance has it.</summary>
    public void Crash(Random random)
    {
        foreach ((long offset, byte[] bytes) in _pending)
        {
            int fate = random.Next(3);
            if (fate == 0) continue;
            for (int at = 0; at < bytes.Length; at += 512)
                if (fate == 1 || random.Next(2) == 0) Put(ref _durable, ref _durableLength, offset + at, bytes.AsSpan(at, Math.Min(512, bytes.Length - at)));
        }
        _pending.Clear();
        _length = _durableLength;
        _current = [.. _durable];
    }

    /// <summary>Changes a bit at rest.</summary>
    public void Flip(int bit)
    {
        _current[bit / 8] ^= (byte)(1 << bit % 8);
        Flush();
    }

    public SimulatedFile Copy()
    {
        return new SimulatedFile { _current = _current[.._length], _durable = _current[.._length], _length = _length, _durableLength = _length };
    }

    private static void Put(ref byte[] bytes, ref int length, long offset, ReadOnlySpan<byte> source)
    {
        int end = (int)offset + source.Length;
        Resize(ref bytes, end);
        source.CopyTo(bytes.AsSpan((int)offset));
        length = Math.Max(length, end);
    }

    private static void Resize(ref byte[] bytes, int length)
    {
        if (bytes.Length < length) Array.Resize(ref bytes, Math.Max(length, bytes.Length * 2));
    }
}
