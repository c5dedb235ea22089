using System.Runtime.InteropServices;

namespace HealthLedger.Storage.Files;

/// <summary>A growing run of bytes that starts at a page in memory, as direct writes need it. Not safe for concurrent writers.</summary>
internal sealed unsafe class AlignedBuffer : IDisposable
{
    private byte* _memory;
    private int _capacity;

    /// <summary>Bytes in use.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes held.</summary>
    public int Capacity => _capacity;

    /// <summary>The bytes in use.</summary>
    public Span<byte> Span => new(_memory, Length);

    /// <summary>Extends by <paramref name="count"/> bytes, zero at first, and returns them.</summary>
    public Span<byte> Extend(int count)
    {
        int length = checked(Length + count);
        if (length > _capacity)
        {
            int capacity = checked((int)Math.Max(Page.RoundUp(length), Math.Min(2L * _capacity, 1 << 30)));
            capacity = (int)Math.Max(capacity, 16 * Page.Bytes);
            byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)capacity, Page.Bytes);
            Span.CopyTo(new Span<byte>(memory, Length));
            NativeMemory.AlignedFree(_memory);
            _memory = memory;
            _capacity = capacity;
        }
        Span<byte> added = new(_memory + Length, count);
        added.Clear();
        Length = length;
        return added;
    }

    /// <summary>Forgets the bytes, keeps the memory.</summary>
    public void Clear() => Length = 0;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _capacity = Length = 0;
        GC.SuppressFinalize(this);
    }

    ~AlignedBuffer() => NativeMemory.AlignedFree(_memory);
}
