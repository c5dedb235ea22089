using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Hpke;

/// <summary>What was sealed to a key.</summary>
/// <param name="Encapsulation">The ephemeral public key, an uncompressed point of 65 bytes.</param>
/// <param name="Ciphertext">The ciphertext and its tag: 16 bytes longer than the plaintext.</param>
public readonly record struct Sealed(byte[] Encapsulation, byte[] Ciphertext);

/// <summary>
/// HPKE in base mode with DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM [RFC 9180]: anybody seals, only the key's owner
/// opens, and nothing says who sealed. Sealing costs two multiplications on the curve, opening one: 0.1 to 0.3 ms, so seal a key for
/// a batch rather than each record.
/// </summary>
public static class HpkeBase
{
    /// <summary>Bytes of an encapsulation.</summary>
    public const int EncapsulationLength = PublicKey.Sec1Length;

    /// <summary>Bytes by which a ciphertext is longer than its plaintext.</summary>
    public const int TagLength = 16;

    /// <summary>Seals to <paramref name="recipient"/> under a fresh ephemeral key.</summary>
    /// <param name="random">Where the ephemeral key comes from.</param>
    /// <param name="recipient">Who will open it.</param>
    /// <param name="info">What it is for; the opener must give the same.</param>
    /// <param name="aad">Bound to the ciphertext but not in it; the opener must give the same.</param>
    /// <param name="plaintext">What is sealed.</param>
    public static Sealed Seal(RandomNumberGenerator random, PublicKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        using SealingKey ephemeral = SealingKey.Generate(random);
        return Seal(ephemeral, recipient, info, aad, plaintext);
    }

    /// <summary>Seals under a given ephemeral key. For test vectors: an ephemeral key must never seal twice.</summary>
    public static Sealed Seal(SealingKey ephemeral, PublicKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        using HpkeContext context = HpkeContext.ForSender(ephemeral, recipient, info);
        return new Sealed(ephemeral.Public.Sec1.ToArray(), context.Seal(aad, plaintext));
    }

    /// <summary>Opens what was sealed to <paramref name="recipient"/>; a fault when key, info, aad or any byte is another.</summary>
    public static Result<byte[]> Open(SealingKey recipient, ReadOnlySpan<byte> encapsulation, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> ciphertext)
    {
        if (!HpkeContext.ForRecipient(recipient, encapsulation, info).TryGet(out HpkeContext? context, out Fault fault)) return fault;
        using (context) return context.Open(aad, ciphertext);
    }

    /// <summary>The key pair of some keying material of at least 32 bytes [RFC 9180 §7.1.3].</summary>
    /// <exception cref="CryptographicException">No candidate was a valid scalar; the chance is 2^-8192.</exception>
    public static SealingKey DeriveKeyPair(ReadOnlySpan<byte> keyingMaterial)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keyingMaterial.Length, 32);
        byte[] prk = LabeledHkdf.Extract(LabeledHkdf.KemSuite, [], "dkp_prk"u8, keyingMaterial);
        for (int counter = 0; counter < 256; counter++)
        {
            byte[] candidate = LabeledHkdf.Expand(LabeledHkdf.KemSuite, prk, "candidate"u8, [(byte)counter], 32);
            if (SealingKey.FromScalar(candidate).TryGet(out SealingKey? key, out _)) return key;
        }
        throw new CryptographicException("No candidate was a valid scalar.");
    }
}
