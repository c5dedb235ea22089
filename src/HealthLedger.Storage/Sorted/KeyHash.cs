using System.Buffers.Binary;

namespace HealthLedger.Storage.Sorted;

/// <summary>A fast seeded hash of keys; not cryptographic, the seed keeps outsiders from choosing collisions.</summary>
internal static class KeyHash
{
    private const ulong First = 0xA0761D6478BD642F, Second = 0xE7037ED1A0B428DB;

    public static ulong Of(ReadOnlySpan<byte> key, ulong seed)
    {
        ulong state = Mix(seed ^ First, (ulong)key.Length ^ Second);
        while (key.Length >= 8)
        {
            state = Mix(state ^ BinaryPrimitives.ReadUInt64LittleEndian(key), Second);
            key = key[8..];
        }
        ulong tail = 0;
        foreach (byte b in key) tail = tail << 8 | b;
        return Mix(state ^ tail, First);
    }

    private static ulong Mix(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
