using System.Buffers;

namespace HealthLedger.Protocol.Keys;

/// <summary>Signatures over a domain string and data [FORMATS §0]: <c>ES256(domain, x)</c> signs domain ‖ x, where the domain ends in a zero byte.</summary>
public static class DomainSignature
{
    private const int StackBytesMax = 512;

    /// <summary>Signs domain ‖ data and writes r ‖ s. One signature and one copy of the data.</summary>
    public static void Sign(this ISigner signer, ReadOnlySpan<byte> domain, ReadOnlySpan<byte> data, Span<byte> signature64)
    {
        byte[]? rented = null;
        Span<byte> input = Join(domain, data, domain.Length + data.Length <= StackBytesMax ? stackalloc byte[StackBytesMax] : default, ref rented);
        signer.Sign(input, signature64);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>True when r ‖ s is the key's signature of domain ‖ data. One verification and one hash.</summary>
    public static bool Verify(this PublicKey key, ReadOnlySpan<byte> domain, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature64) =>
        key.VerifyHash(Hashing.Sha256.Hash(domain, data), signature64);

    private static Span<byte> Join(ReadOnlySpan<byte> domain, ReadOnlySpan<byte> data, Span<byte> stack, ref byte[]? rented)
    {
        int length = checked(domain.Length + data.Length);
        Span<byte> input = stack.IsEmpty ? rented = ArrayPool<byte>.Shared.Rent(length) : stack;
        domain.CopyTo(input);
        data.CopyTo(input[domain.Length..]);
        return input[..length];
    }
}
