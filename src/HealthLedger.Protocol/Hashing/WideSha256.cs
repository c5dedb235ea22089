using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HealthLedger.Protocol.Hashing;

/// <summary>Leaf and node hashes of 16 messages at a time, for processors with AVX-512. Merkle work has many small messages of like lengths.</summary>
internal static class WideSha256
{
    /// <summary>Messages side by side.</summary>
    public const int Lanes = 16;

    /// <summary>So many lanes in use are as fast as one message after the other.</summary>
    public const int LanesMin = 6;

    private const int BlockBytes = 64, NodeBits = 8 * (1 + 2 * Hash32.Length);

    public static bool IsSupported => WideCompression.IsSupported;

    /// <summary>16 nodes over 32 children. Everything is read before anything is written.</summary>
    public static void Nodes(ReadOnlySpan<Hash32> pairs, Span<Hash32> parents)
    {
        Span<Vector512<uint>> state = stackalloc Vector512<uint>[8], words = stackalloc Vector512<uint>[Lanes];
        Span<uint> last = stackalloc uint[Lanes];
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(pairs[..(2 * Lanes)]);
        // A block begins with 0x01, so each word takes its bytes, most significant first, from one place earlier.
        Vector512<byte> shifted = Vector512.Create(
            2, 1, 0, 63, 6, 5, 4, 3, 10, 9, 8, 7, 14, 13, 12, 11, 18, 17, 16, 15, 22, 21, 20, 19, 26, 25, 24, 23, 30, 29, 28, 27,
            34, 33, 32, 31, 38, 37, 36, 35, 42, 41, 40, 39, 46, 45, 44, 43, 50, 49, 48, 47, 54, 53, 52, 51, 58, 57, 56, 55, 62, 61, 60, (byte)59);
        Vector512<uint> keep = Vector512.Create(uint.MaxValue).WithElement(0, 0x00ff_ffffu), prefix = Vector512<uint>.Zero.WithElement(0, 0x0100_0000u);
        for (int lane = 0; lane < Lanes; lane++)
        {
            Vector512<byte> row = Vector512.Create(bytes.Slice(lane * BlockBytes, BlockBytes));
            words[lane] = (Avx512Vbmi.PermuteVar64x8(row, shifted).AsUInt32() & keep) | prefix;
            last[lane] = (uint)bytes[lane * BlockBytes + BlockBytes - 1] << 24 | 0x0080_0000u;
        }
        WideTranspose.Square(words);
        WideCompression.Start(state);
        WideCompression.Compress(state, words);
        words.Clear();
        words[0] = Vector512.Create<uint>(last);
        words[Lanes - 1] = Vector512.Create((uint)NodeBits);
        WideCompression.Compress(state, words);
        WideTranspose.Hashes(state, parents[..Lanes]);
    }

    /// <summary>
    /// Up to 16 leaf hashes, whatever the entries' lengths; a lane whose entry is done is carried along. False, and nothing done, when the
    /// lengths differ so much that more than half of the work would be wasted.
    /// </summary>
    public static bool TryLeaves<TEntries>(scoped in TEntries entries, int first, Span<Hash32> hashes)
        where TEntries : IEntries, allows ref struct
    {
        int blocksMax = 0;
        long blocksTotal = 0;
        for (int lane = 0; lane < hashes.Length; lane++)
        {
            int blocks = Blocks(entries[first + lane].Length);
            blocksMax = Math.Max(blocksMax, blocks);
            blocksTotal += blocks;
        }
        if (2 * blocksTotal < (long)blocksMax * Lanes && blocksTotal < (long)blocksMax * LanesMin) return false;
        Span<Vector512<uint>> state = stackalloc Vector512<uint>[8], before = stackalloc Vector512<uint>[8], words = stackalloc Vector512<uint>[Lanes];
        Span<uint> active = stackalloc uint[Lanes];
        words.Clear();
        active.Clear();
        WideCompression.Start(state);
        for (int block = 0; block < blocksMax; block++)
        {
            bool all = true;
            for (int lane = 0; lane < hashes.Length; lane++)
            {
                ReadOnlySpan<byte> entry = entries[first + lane];
                bool busy = block < Blocks(entry.Length);
                active[lane] = busy ? uint.MaxValue : 0;
                all &= busy;
                words[lane] = busy ? Row(entry, block) : default;
            }
            // Lanes beyond the entries give hashes that nobody reads.
            WideTranspose.Square(words);
            if (!all) state.CopyTo(before);
            WideCompression.Compress(state, words);
            if (all) continue;
            Vector512<uint> mask = Vector512.Create<uint>(active);
            for (int i = 0; i < state.Length; i++) state[i] = Vector512.ConditionalSelect(mask, state[i], before[i]);
        }
        if (hashes.Length == Lanes)
        {
            WideTranspose.Hashes(state, hashes);
            return true;
        }
        Span<Hash32> full = stackalloc Hash32[Lanes];
        WideTranspose.Hashes(state, full);
        full[..hashes.Length].CopyTo(hashes);
        return true;
    }

    /// <summary>Blocks of the message 0x00 ‖ entry with its padding.</summary>
    private static int Blocks(int entryLength) => (int)(((long)entryLength + 1 + 1 + sizeof(ulong) + BlockBytes - 1) / BlockBytes);

    /// <summary>One block of the message 0x00 ‖ entry ‖ padding, as 16 numbers.</summary>
    private static Vector512<uint> Row(ReadOnlySpan<byte> entry, int block)
    {
        long start = (long)block * BlockBytes - 1;
        if (block > 0 && start + BlockBytes <= entry.Length) return Numbers(Vector512.Create(entry.Slice((int)start, BlockBytes)));
        Span<byte> padded = stackalloc byte[BlockBytes];
        padded.Clear();
        int at = block == 0 ? 1 : 0;
        int from = block == 0 ? 0 : (int)start;
        if (from <= entry.Length)
        {
            int length = Math.Min(entry.Length - from, BlockBytes - at);
            entry.Slice(from, length).CopyTo(padded[at..]);
            if (at + length < BlockBytes) padded[at + length] = 0x80;
        }
        if (block == Blocks(entry.Length) - 1) BinaryPrimitives.WriteUInt64BigEndian(padded[(BlockBytes - sizeof(ulong))..], ((ulong)entry.Length + 1) * 8);
        return Numbers(Vector512.Create<byte>(padded));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Numbers(Vector512<byte> block) => WideTranspose.ReverseBytes(block.AsUInt32());
}

/// <summary>Entries by number, wherever they lie.</summary>
internal interface IEntries
{
    ReadOnlySpan<byte> this[int index] { get; }
}
