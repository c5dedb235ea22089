using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HealthLedger.Protocol.Hashing;

/// <summary>
/// SHA-256 by libcrypto's own init, update and final. The base library calls the same library through its EVP layer, whose fixed cost
/// is several times that of hashing a small message. Used only where the library is found and gives the right answer to a question.
/// </summary>
internal static unsafe class NativeSha256
{
    /// <summary>Calls this short do not tell the collector that they leave managed code; longer ones must, or they would hold it up.</summary>
    private const int QuickBytesMax = 2_048;

    /// <summary>libcrypto's context has 112 bytes; room to spare.</summary>
    private const int ContextBytes = 256;

    private static readonly Functions Table = Functions.Load();

    public static bool IsSupported { get; } = Table.IsComplete && AnswersRight();

    public static Hash32 Hash(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b = default, ReadOnlySpan<byte> c = default, ReadOnlySpan<byte> d = default)
    {
        Unsafe.SkipInit(out Context context);
        Unsafe.SkipInit(out Hash32 hash);
        Table.Init(&context);
        Update(&context, a);
        if (!b.IsEmpty) Update(&context, b);
        if (!c.IsEmpty) Update(&context, c);
        if (!d.IsEmpty) Update(&context, d);
        Table.Final((byte*)&hash, &context);
        return hash;
    }

    private static void Update(Context* context, ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
        {
            if (data.Length <= QuickBytesMax) Table.Update(context, bytes, (nuint)data.Length);
            else Table.LongUpdate(context, bytes, (nuint)data.Length);
        }
    }

    private static bool AnswersRight()
    {
        byte[] question = [.. Enumerable.Range(0, 3 * QuickBytesMax).Select(i => (byte)(i * 7))];
        foreach (int length in (int[])[0, 1, 55, 56, 64, 200, QuickBytesMax, question.Length])
        {
            Hash32 answer = Hash(question.AsSpan(0, length / 2), question.AsSpan(length / 2, length - length / 2));
            if (!answer.Bytes.SequenceEqual(SHA256.HashData(question.AsSpan(0, length)))) return false;
        }
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Size = ContextBytes)]
    private struct Context
    {
        private readonly ulong _first;
    }

    private sealed class Functions
    {
        public bool IsComplete { get; private init; }

        public delegate* unmanaged[Cdecl, SuppressGCTransition]<Context*, int> Init { get; private init; }

        public delegate* unmanaged[Cdecl, SuppressGCTransition]<Context*, byte*, nuint, int> Update { get; private init; }

        public delegate* unmanaged[Cdecl]<Context*, byte*, nuint, int> LongUpdate { get; private init; }

        public delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, Context*, int> Final { get; private init; }

        public static Functions Load()
        {
            nint[] at = new nint[3];
            if (!Libcrypto.TryExports(["SHA256_Init", "SHA256_Update", "SHA256_Final"], at)) return new Functions();
            return new Functions
            {
                IsComplete = true,
                Init = (delegate* unmanaged[Cdecl, SuppressGCTransition]<Context*, int>)at[0],
                Update = (delegate* unmanaged[Cdecl, SuppressGCTransition]<Context*, byte*, nuint, int>)at[1],
                LongUpdate = (delegate* unmanaged[Cdecl]<Context*, byte*, nuint, int>)at[1],
                Final = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, Context*, int>)at[2],
            };
        }
    }
}
