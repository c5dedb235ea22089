using System.Buffers;
using System.Security.Cryptography;

namespace HealthLedger.Protocol.Hashing;

/// <summary>
/// SHA-256 [FIPS 180-4] into <see cref="Hash32"/>. Every hash of the protocol starts with an ASCII domain string that ends in a
/// zero byte (<c>healthledger/thing/v1\0</c>), except where a named specification fixes the input. Nothing here allocates. The work is
/// done by libcrypto directly where it can be, else by the base library; the answers are the same.
/// </summary>
public static class Sha256
{
    private const int StackBytesMax = 512;

    /// <summary>The hash of <paramref name="data"/> alone: one hash.</summary>
    public static Hash32 Hash(ReadOnlySpan<byte> data)
    {
        if (NativeSha256.IsSupported) return NativeSha256.Hash(data);
        Span<byte> digest = stackalloc byte[Hash32.Length];
        SHA256.HashData(data, digest);
        return new Hash32(digest);
    }

    /// <summary>The hash of <paramref name="domain"/> followed by <paramref name="a"/>: one hash.</summary>
    public static Hash32 Hash(ReadOnlySpan<byte> domain, ReadOnlySpan<byte> a) => Hash(domain, a, default, default);

    /// <summary>The hash of the concatenation: one hash. Parts are not delimited; give them fixed sizes.</summary>
    public static Hash32 Hash(ReadOnlySpan<byte> domain, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => Hash(domain, a, b, default);

    /// <summary>The hash of the concatenation: one hash. Parts are not delimited; give them fixed sizes.</summary>
    public static Hash32 Hash(ReadOnlySpan<byte> domain, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c) =>
        NativeSha256.IsSupported ? NativeSha256.Hash(domain, a, b, c) : HashJoined(domain, a, b, c);

    /// <summary>The same by the base library, over one copy of the input.</summary>
    internal static Hash32 HashJoined(ReadOnlySpan<byte> domain, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c)
    {
        int length = checked(domain.Length + a.Length + b.Length + c.Length);
        byte[]? rented = length > StackBytesMax ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> input = rented ?? stackalloc byte[StackBytesMax], digest = stackalloc byte[Hash32.Length];
        domain.CopyTo(input);
        a.CopyTo(input[domain.Length..]);
        b.CopyTo(input[(domain.Length + a.Length)..]);
        c.CopyTo(input[(domain.Length + a.Length + b.Length)..]);
        SHA256.HashData(input[..length], digest);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return new Hash32(digest);
    }
}
