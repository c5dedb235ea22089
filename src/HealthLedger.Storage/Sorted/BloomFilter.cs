using System.Buffers.Binary;

namespace HealthLedger.Storage.Sorted;

/// <summary>
/// Tells that a key is certainly not in a run. Ten bits a key in blocks of one cache line; about one false hint in a hundred.
/// </summary>
internal sealed class BloomFilter
{
    private const int BlockWords = 8, Probes = 6;
    private readonly ulong[] _words;
    private readonly ulong _seed;

    public BloomFilter(int keys, ulong seed)
    {
        _seed = seed;
        _words = new ulong[Math.Max(1, (keys * 10L + 511) / 512) * BlockWords];
    }

    private BloomFilter(ulong seed, ulong[] words) => (_seed, _words) = (seed, words);

    /// <summary>Bytes of the encoded form.</summary>
    public int EncodedBytes => 8 + _words.Length * 8;

    public void Add(ReadOnlySpan<byte> key)
    {
        ulong hash = KeyHash.Of(key, _seed);
        Span<ulong> block = _words.AsSpan(Block(hash), BlockWords);
        ulong bits = hash * 0x9E3779B97F4A7C15;
        for (int i = 0; i < Probes; i++, bits >>= 9) block[(int)(bits >> 6 & 7)] |= 1UL << (int)(bits & 63);
    }

    public bool MayContain(ReadOnlySpan<byte> key)
    {
        ulong hash = KeyHash.Of(key, _seed);
        ReadOnlySpan<ulong> block = _words.AsSpan(Block(hash), BlockWords);
        ulong bits = hash * 0x9E3779B97F4A7C15;
        for (int i = 0; i < Probes; i++, bits >>= 9)
            if ((block[(int)(bits >> 6 & 7)] & 1UL << (int)(bits & 63)) == 0) return false;
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, _seed);
        for (int i = 0; i < _words.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(destination[(8 + 8 * i)..], _words[i]);
    }

    public static BloomFilter? Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < 8 + 8 * BlockWords || (source.Length - 8) % (8 * BlockWords) != 0) return null;
        ulong[] words = new ulong[(source.Length - 8) / 8];
        for (int i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt64LittleEndian(source[(8 + 8 * i)..]);
        return new BloomFilter(BinaryPrimitives.ReadUInt64LittleEndian(source), words);
    }

    private int Block(ulong hash) => (int)Math.BigMul(hash, (ulong)(_words.Length / BlockWords), out _) * BlockWords;
}
