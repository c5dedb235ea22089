using System.Buffers.Binary;
using System.Numerics;

namespace HealthLedger.Storage.Files;

/// <summary>CRC-32C (Castagnoli) in the processor's own instruction where there is one.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of <paramref name="bytes"/>, continued from <paramref name="seed"/> (0 to begin).</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        uint crc = ~seed;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
