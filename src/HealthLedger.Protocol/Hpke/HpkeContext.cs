using System.Buffers.Binary;
using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Hpke;

/// <summary>
/// One encapsulation and the messages under it [RFC 9180 §5.2]: message i is sealed with nonce base ⊕ i, so both sides count alike.
/// Not safe for several threads at once. A message costs one AES-256-GCM.
/// </summary>
public sealed class HpkeContext : IDisposable
{
    private const int NonceLength = 12;

    private readonly AesGcm _aead;
    private readonly byte[] _baseNonce, _exporterSecret;
    private ulong _sequence;

    private HpkeContext(byte[] sharedSecret, ReadOnlySpan<byte> info)
    {
        byte[] pskIdHash = LabeledHkdf.Extract(LabeledHkdf.HpkeSuite, [], "psk_id_hash"u8, []);
        byte[] infoHash = LabeledHkdf.Extract(LabeledHkdf.HpkeSuite, [], "info_hash"u8, info);
        byte[] context = [0, .. pskIdHash, .. infoHash];
        byte[] secret = LabeledHkdf.Extract(LabeledHkdf.HpkeSuite, sharedSecret, "secret"u8, []);
        byte[] key = LabeledHkdf.Expand(LabeledHkdf.HpkeSuite, secret, "key"u8, context, 32);
        _baseNonce = LabeledHkdf.Expand(LabeledHkdf.HpkeSuite, secret, "base_nonce"u8, context, NonceLength);
        _exporterSecret = LabeledHkdf.Expand(LabeledHkdf.HpkeSuite, secret, "exp"u8, context, 32);
        _aead = new AesGcm(key, HpkeBase.TagLength);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(sharedSecret);
    }

    /// <summary>The sender's side; the recipient needs the ephemeral key's public half.</summary>
    public static HpkeContext ForSender(SealingKey ephemeral, PublicKey recipient, ReadOnlySpan<byte> info) =>
        new(SharedSecret(ephemeral.Agree(recipient), ephemeral.Public.Sec1, recipient.Sec1), info);

    /// <summary>The recipient's side; a fault when the encapsulation is not a point of the curve.</summary>
    public static Result<HpkeContext> ForRecipient(SealingKey recipient, ReadOnlySpan<byte> encapsulation, ReadOnlySpan<byte> info)
    {
        if (!PublicKey.FromSec1(encapsulation).TryGet(out PublicKey? ephemeral, out Fault fault)) return fault;
        return new HpkeContext(SharedSecret(recipient.Agree(ephemeral), encapsulation, recipient.Public.Sec1), info);
    }

    /// <summary>Seals the next message: ciphertext, then 16 bytes of tag.</summary>
    public byte[] Seal(ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        byte[] sealedBytes = new byte[plaintext.Length + HpkeBase.TagLength];
        _aead.Encrypt(NextNonce(), plaintext, sealedBytes.AsSpan(0, plaintext.Length), sealedBytes.AsSpan(plaintext.Length), aad);
        _sequence++;
        return sealedBytes;
    }

    /// <summary>Opens the next message. A message that does not open is not counted.</summary>
    public Result<byte[]> Open(ReadOnlySpan<byte> aad, ReadOnlySpan<byte> ciphertext)
    {
        if (ciphertext.Length < HpkeBase.TagLength) return new Fault(FaultCode.SealBroken, "The sealed data is shorter than its tag.");
        byte[] plaintext = new byte[ciphertext.Length - HpkeBase.TagLength];
        try
        {
            _aead.Decrypt(NextNonce(), ciphertext[..plaintext.Length], ciphertext[plaintext.Length..], plaintext, aad);
        }
        catch (AuthenticationTagMismatchException)
        {
            return new Fault(FaultCode.SealBroken, "The sealed data was not sealed to this key for this purpose, or was changed.");
        }
        _sequence++;
        return plaintext;
    }

    /// <summary>A secret of the context for another use [RFC 9180 §5.3].</summary>
    public byte[] Export(ReadOnlySpan<byte> exporterContext, int length) =>
        LabeledHkdf.Expand(LabeledHkdf.HpkeSuite, _exporterSecret, "sec"u8, exporterContext, length);

    /// <inheritdoc/>
    public void Dispose()
    {
        _aead.Dispose();
        CryptographicOperations.ZeroMemory(_exporterSecret);
    }

    private byte[] NextNonce()
    {
        byte[] nonce = [.. _baseNonce];
        Span<byte> last = nonce.AsSpan(NonceLength - sizeof(ulong));
        BinaryPrimitives.WriteUInt64BigEndian(last, BinaryPrimitives.ReadUInt64BigEndian(last) ^ _sequence);
        return nonce;
    }

    private static byte[] SharedSecret(byte[] dh, ReadOnlySpan<byte> ephemeral, ReadOnlySpan<byte> recipient)
    {
        byte[] prk = LabeledHkdf.Extract(LabeledHkdf.KemSuite, [], "eae_prk"u8, dh);
        byte[] secret = LabeledHkdf.Expand(LabeledHkdf.KemSuite, prk, "shared_secret"u8, [.. ephemeral, .. recipient], 32);
        CryptographicOperations.ZeroMemory(dh);
        CryptographicOperations.ZeroMemory(prk);
        return secret;
    }
}
