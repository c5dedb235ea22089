using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HealthLedger.Protocol.Hashing;

/// <summary>Turns 16 messages of 16 words into 16 words of 16 messages, and states back into hashes.</summary>
internal static class WideTranspose
{
    // Which 128-bit quarters of two vectors make one: the even ones, or the odd ones.
    private const byte Even = 0x88, Odd = 0xdd;

    /// <summary>Transposes 16 by 16 words in place.</summary>
    public static void Square(Span<Vector512<uint>> rows)
    {
        for (int group = 0; group < 16; group += 4) Quarters(rows.Slice(group, 4));
        for (int j = 0; j < 4; j++)
        {
            Vector512<uint> even0 = Avx512F.Shuffle4x128(rows[j], rows[4 + j], Even), odd0 = Avx512F.Shuffle4x128(rows[j], rows[4 + j], Odd);
            Vector512<uint> even1 = Avx512F.Shuffle4x128(rows[8 + j], rows[12 + j], Even), odd1 = Avx512F.Shuffle4x128(rows[8 + j], rows[12 + j], Odd);
            rows[j] = Avx512F.Shuffle4x128(even0, even1, Even);
            rows[4 + j] = Avx512F.Shuffle4x128(odd0, odd1, Even);
            rows[8 + j] = Avx512F.Shuffle4x128(even0, even1, Odd);
            rows[12 + j] = Avx512F.Shuffle4x128(odd0, odd1, Odd);
        }
    }

    /// <summary>The 16 hashes of eight state vectors, which are left in disorder.</summary>
    public static void Hashes(Span<Vector512<uint>> state, Span<Hash32> hashes)
    {
        for (int i = 0; i < 8; i++) state[i] = ReverseBytes(state[i]);
        Quarters(state[..4]);
        Quarters(state[4..8]);
        // After that, quarter q of vector j is the first (or, four on, the second) half of hash 4q + j.
        Span<Vector128<uint>> halves = MemoryMarshal.Cast<Hash32, Vector128<uint>>(hashes);
        for (int j = 0; j < 4; j++)
        {
            Vector512<uint> first = state[j], second = state[4 + j];
            halves[2 * j] = first.GetLower().GetLower();
            halves[2 * j + 1] = second.GetLower().GetLower();
            halves[2 * (4 + j)] = first.GetLower().GetUpper();
            halves[2 * (4 + j) + 1] = second.GetLower().GetUpper();
            halves[2 * (8 + j)] = first.GetUpper().GetLower();
            halves[2 * (8 + j) + 1] = second.GetUpper().GetLower();
            halves[2 * (12 + j)] = first.GetUpper().GetUpper();
            halves[2 * (12 + j) + 1] = second.GetUpper().GetUpper();
        }
    }

    /// <summary>Reverses the bytes of each word: SHA-256 is big-endian.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> ReverseBytes(Vector512<uint> words)
    {
        Vector128<byte> reverse = Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
        Vector256<byte> twice = Vector256.Create(reverse, reverse);
        return Avx512BW.Shuffle(words.AsByte(), Vector512.Create(twice, twice)).AsUInt32();
    }

    /// <summary>Transposes four vectors within each of their 128-bit quarters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarters(Span<Vector512<uint>> rows)
    {
        Vector512<ulong> low0 = Avx512F.UnpackLow(rows[0], rows[1]).AsUInt64(), high0 = Avx512F.UnpackHigh(rows[0], rows[1]).AsUInt64();
        Vector512<ulong> low1 = Avx512F.UnpackLow(rows[2], rows[3]).AsUInt64(), high1 = Avx512F.UnpackHigh(rows[2], rows[3]).AsUInt64();
        rows[0] = Avx512F.UnpackLow(low0, low1).AsUInt32();
        rows[1] = Avx512F.UnpackHigh(low0, low1).AsUInt32();
        rows[2] = Avx512F.UnpackLow(high0, high1).AsUInt32();
        rows[3] = Avx512F.UnpackHigh(high0, high1).AsUInt32();
    }
}
