using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HealthLedger.Protocol;

/// <summary>A SHA-256 value: 32 bytes, compared in constant size, ordered as bytes (big-endian, unsigned).</summary>
[StructLayout(LayoutKind.Sequential, Size = Length)]
public readonly struct Hash32 : IEquatable<Hash32>, IComparable<Hash32>
{
    /// <summary>Bytes in a hash.</summary>
    public const int Length = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Copies <paramref name="bytes"/>, which must be exactly 32 long.</summary>
    /// <exception cref="ArgumentException">The span is not 32 bytes long.</exception>
    public Hash32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) throw new ArgumentException($"A hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        this = MemoryMarshal.Read<Hash32>(bytes);
    }

    /// <summary>All zero bytes; never the hash of anything.</summary>
    public static Hash32 Zero => default;

    /// <summary>True for <see cref="Zero"/>.</summary>
    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>The bytes in place, without a copy. Valid while the variable lives.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<Hash32>(in this));

    /// <summary>A fresh array of the 32 bytes.</summary>
    public byte[] ToArray() => Bytes.ToArray();

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    /// <summary>Parses 64 hexadecimal digits; false on anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Hash32 hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length == 2 * Length && Convert.FromHexString(text, bytes, out _, out int written) == System.Buffers.OperationStatus.Done && written == Length)
        {
            hash = new Hash32(bytes);
            return true;
        }
        hash = default;
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(Hash32 other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Hash32 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)_a ^ (int)(_b >> 32);

    /// <inheritdoc/>
    public int CompareTo(Hash32 other)
    {
        int c = Big(_a).CompareTo(Big(other._a));
        if (c == 0) c = Big(_b).CompareTo(Big(other._b));
        if (c == 0) c = Big(_c).CompareTo(Big(other._c));
        return c != 0 ? c : Big(_d).CompareTo(Big(other._d));
    }

    private static ulong Big(ulong word) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(word) : word;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes);

    /// <summary>Equal in every byte.</summary>
    public static bool operator ==(Hash32 left, Hash32 right) => left.Equals(right);

    /// <summary>Different in some byte.</summary>
    public static bool operator !=(Hash32 left, Hash32 right) => !left.Equals(right);
}
