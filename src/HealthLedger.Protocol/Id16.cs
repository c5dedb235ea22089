using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HealthLedger.Protocol;

/// <summary>An opaque random identifier of 16 bytes (a salt, nonce, segment, grant, resource or leader id), ordered as bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = Length)]
public readonly struct Id16 : IEquatable<Id16>, IComparable<Id16>
{
    /// <summary>Bytes in an identifier.</summary>
    public const int Length = 16;

    private readonly ulong _a, _b;

    /// <summary>Copies <paramref name="bytes"/>, which must be exactly 16 long.</summary>
    /// <exception cref="ArgumentException">The span is not 16 bytes long.</exception>
    public Id16(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) throw new ArgumentException($"An identifier has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        this = MemoryMarshal.Read<Id16>(bytes);
    }

    /// <summary>All zero bytes; never drawn at random.</summary>
    public static Id16 Zero => default;

    /// <summary>True for <see cref="Zero"/>.</summary>
    public bool IsZero => (_a | _b) == 0;

    /// <summary>The bytes in place, without a copy. Valid while the variable lives.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<Id16>(in this));

    /// <summary>A fresh random identifier.</summary>
    public static Id16 Random(System.Security.Cryptography.RandomNumberGenerator random)
    {
        Span<byte> bytes = stackalloc byte[Length];
        random.GetBytes(bytes);
        return new Id16(bytes);
    }

    /// <summary>A fresh array of the 16 bytes.</summary>
    public byte[] ToArray() => Bytes.ToArray();

    /// <summary>Writes the 16 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    /// <summary>Parses 32 hexadecimal digits; false on anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Id16 id)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length == 2 * Length && Convert.FromHexString(text, bytes, out _, out int written) == System.Buffers.OperationStatus.Done && written == Length)
        {
            id = new Id16(bytes);
            return true;
        }
        id = default;
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(Id16 other) => _a == other._a && _b == other._b;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Id16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _b);

    /// <inheritdoc/>
    public int CompareTo(Id16 other)
    {
        int c = Big(_a).CompareTo(Big(other._a));
        return c != 0 ? c : Big(_b).CompareTo(Big(other._b));
    }

    private static ulong Big(ulong word) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(word) : word;

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes);

    /// <summary>Equal in every byte.</summary>
    public static bool operator ==(Id16 left, Id16 right) => left.Equals(right);

    /// <summary>Different in some byte.</summary>
    public static bool operator !=(Id16 left, Id16 right) => !left.Equals(right);
}
