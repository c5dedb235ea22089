using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HealthLedger.Protocol.Hashing;

/// <summary>
/// The compression function of SHA-256 [FIPS 180-4 §6.2.2] over 16 messages side by side: word i of lane j belongs to message j. The
/// sixteen rounds are written out so that state and schedule stay in registers.
/// </summary>
internal static class WideCompression
{
    /// <summary>Needs the byte permutations too, for which see <see cref="WideSha256"/>.</summary>
    public static bool IsSupported => Avx512F.IsSupported && Avx512BW.IsSupported && Avx512Vbmi.IsSupported;

    private static ReadOnlySpan<uint> Initial =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Sets all lanes to the initial hash value.</summary>
    public static void Start(Span<Vector512<uint>> state)
    {
        for (int i = 0; i < 8; i++) state[i] = Vector512.Create(Initial[i]);
    }

    /// <summary>One block of each message: 64 rounds.</summary>
    /// <param name="state">8 vectors, changed in place.</param>
    /// <param name="words">16 vectors, the words of the block as numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(Span<Vector512<uint>> state, ReadOnlySpan<Vector512<uint>> words)
    {
        Vector512<uint> a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        Vector512<uint> w0 = words[0], w1 = words[1], w2 = words[2], w3 = words[3], w4 = words[4], w5 = words[5], w6 = words[6], w7 = words[7];
        Vector512<uint> w8 = words[8], w9 = words[9], w10 = words[10], w11 = words[11], w12 = words[12], w13 = words[13], w14 = words[14], w15 = words[15];
        for (int round = 0; ; round += 16)
        {
            ReadOnlySpan<uint> constants = RoundConstants.Slice(round, 16);
            Round(a, b, c, ref d, e, f, g, ref h, w0 + Vector512.Create(constants[0]));
            Round(h, a, b, ref c, d, e, f, ref g, w1 + Vector512.Create(constants[1]));
            Round(g, h, a, ref b, c, d, e, ref f, w2 + Vector512.Create(constants[2]));
            Round(f, g, h, ref a, b, c, d, ref e, w3 + Vector512.Create(constants[3]));
            Round(e, f, g, ref h, a, b, c, ref d, w4 + Vector512.Create(constants[4]));
            Round(d, e, f, ref g, h, a, b, ref c, w5 + Vector512.Create(constants[5]));
            Round(c, d, e, ref f, g, h, a, ref b, w6 + Vector512.Create(constants[6]));
            Round(b, c, d, ref e, f, g, h, ref a, w7 + Vector512.Create(constants[7]));
            Round(a, b, c, ref d, e, f, g, ref h, w8 + Vector512.Create(constants[8]));
            Round(h, a, b, ref c, d, e, f, ref g, w9 + Vector512.Create(constants[9]));
            Round(g, h, a, ref b, c, d, e, ref f, w10 + Vector512.Create(constants[10]));
            Round(f, g, h, ref a, b, c, d, ref e, w11 + Vector512.Create(constants[11]));
            Round(e, f, g, ref h, a, b, c, ref d, w12 + Vector512.Create(constants[12]));
            Round(d, e, f, ref g, h, a, b, ref c, w13 + Vector512.Create(constants[13]));
            Round(c, d, e, ref f, g, h, a, ref b, w14 + Vector512.Create(constants[14]));
            Round(b, c, d, ref e, f, g, h, ref a, w15 + Vector512.Create(constants[15]));
            if (round == 48) break;
            w0 += Small0(w1) + w9 + Small1(w14);
            w1 += Small0(w2) + w10 + Small1(w15);
            w2 += Small0(w3) + w11 + Small1(w0);
            w3 += Small0(w4) + w12 + Small1(w1);
            w4 += Small0(w5) + w13 + Small1(w2);
            w5 += Small0(w6) + w14 + Small1(w3);
            w6 += Small0(w7) + w15 + Small1(w4);
            w7 += Small0(w8) + w0 + Small1(w5);
            w8 += Small0(w9) + w1 + Small1(w6);
            w9 += Small0(w10) + w2 + Small1(w7);
            w10 += Small0(w11) + w3 + Small1(w8);
            w11 += Small0(w12) + w4 + Small1(w9);
            w12 += Small0(w13) + w5 + Small1(w10);
            w13 += Small0(w14) + w6 + Small1(w11);
            w14 += Small0(w15) + w7 + Small1(w12);
            w15 += Small0(w0) + w8 + Small1(w13);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, ref Vector512<uint> d,
        Vector512<uint> e, Vector512<uint> f, Vector512<uint> g, ref Vector512<uint> h, Vector512<uint> wk)
    {
        Vector512<uint> t = h + wk + Avx512F.TernaryLogic(e, f, g, Choose) + Exclusive(Right(e, 6), Right(e, 11), Right(e, 25));
        d += t;
        h = t + Avx512F.TernaryLogic(a, b, c, Majority) + Exclusive(Right(a, 2), Right(a, 13), Right(a, 22));
    }

    // Truth tables of three inputs: e ? f : g, the majority, and the exclusive or.
    private const byte Choose = 0xca, Majority = 0xe8, ExclusiveOr = 0x96;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Small0(Vector512<uint> w) => Exclusive(Right(w, 7), Right(w, 18), Vector512.ShiftRightLogical(w, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Small1(Vector512<uint> w) => Exclusive(Right(w, 17), Right(w, 19), Vector512.ShiftRightLogical(w, 10));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Exclusive(Vector512<uint> x, Vector512<uint> y, Vector512<uint> z) => Avx512F.TernaryLogic(x, y, z, ExclusiveOr);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Right(Vector512<uint> w, [ConstantExpected] byte bits) => Avx512F.RotateRight(w, bits);
}
