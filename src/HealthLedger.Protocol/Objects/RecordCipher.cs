using System.Buffers.Binary;
using System.Security.Cryptography;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Objects;

/// <summary>
/// The symmetric objects of a record (FORMATS.md section 6, kinds 1 to 3): content and manifest each under a key that seals once, both keys
/// wrapped under the batch key. AES-256-GCM, the kind byte as associated data, the tag last.
/// </summary>
public static class RecordCipher
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 32;

    /// <summary>Bytes of a tag.</summary>
    public const int TagLength = 16;

    /// <summary>Most bytes of a content or manifest.</summary>
    public const int PlaintextBytesMax = VaultObject.BytesMax - TagLength - HeadBytesMax;

    private const int NonceLength = 12, HeadBytesMax = 7;

    /// <summary>Seals a content or manifest and returns the object: one encryption, no copy but that.</summary>
    /// <param name="kind">Content or manifest.</param>
    /// <param name="key">32 random bytes that seal nothing else, ever: the nonce is fixed.</param>
    /// <param name="plaintext">At most <see cref="PlaintextBytesMax"/>.</param>
    public static byte[] Seal(ObjectKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> plaintext)
    {
        RequireRecord(kind);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plaintext.Length, PlaintextBytesMax);
        byte[] sealedObject = Frame(kind, plaintext.Length + TagLength, out int at);
        using AesGcm aes = new(key, TagLength);
        Span<byte> nonce = stackalloc byte[NonceLength];
        nonce.Clear();
        aes.Encrypt(nonce, plaintext, sealedObject.AsSpan(at, plaintext.Length), sealedObject.AsSpan(at + plaintext.Length), [(byte)kind]);
        return sealedObject;
    }

    /// <summary>Opens a content or manifest; a fault where the key is another or any byte was changed.</summary>
    public static Result<byte[]> Open(ObjectKind kind, ReadOnlySpan<byte> key, ReadOnlyMemory<byte> sealedObject)
    {
        RequireRecord(kind);
        Span<byte> nonce = stackalloc byte[NonceLength];
        nonce.Clear();
        if (key.Length != KeyLength) return new Fault(FaultCode.SealBroken, "A record's key has 32 bytes.");
        using AesGcm aes = new(key, TagLength);
        return Open(kind, aes, nonce, sealedObject.Span);
    }

    /// <summary>Wraps a record's two keys under the batch key and returns the object.</summary>
    /// <param name="batch">The batch key, 32 bytes, as a cipher that many records share.</param>
    /// <param name="resource">The record's resource.</param>
    /// <param name="manifestName">The manifest's object name; with the resource it makes the nonce, so that none comes twice.</param>
    /// <param name="manifestKey">32 bytes.</param>
    /// <param name="contentKey">32 bytes.</param>
    public static byte[] Wrap(AesGcm batch, Id16 resource, Hash32 manifestName, ReadOnlySpan<byte> manifestKey, ReadOnlySpan<byte> contentKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(manifestKey.Length, KeyLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(contentKey.Length, KeyLength);
        Span<byte> keys = stackalloc byte[2 * KeyLength];
        manifestKey.CopyTo(keys);
        contentKey.CopyTo(keys[KeyLength..]);
        byte[] wrapped = Frame(ObjectKind.WrappedKeys, keys.Length + TagLength, out int at);
        Hash32 nonce = WrappingNonce(resource, manifestName);
        batch.Encrypt(nonce.Bytes[..NonceLength], keys, wrapped.AsSpan(at, keys.Length), wrapped.AsSpan(at + keys.Length), [(byte)ObjectKind.WrappedKeys]);
        CryptographicOperations.ZeroMemory(keys);
        return wrapped;
    }

    /// <summary>Unwraps a record's two keys: manifest key, then content key, 64 bytes, which the caller wipes. A fault where batch key, resource, manifest or any byte is another.</summary>
    public static Result<byte[]> Unwrap(AesGcm batch, Id16 resource, Hash32 manifestName, ReadOnlyMemory<byte> wrapped)
    {
        Hash32 nonce = WrappingNonce(resource, manifestName);
        if (!Open(ObjectKind.WrappedKeys, batch, nonce.Bytes[..NonceLength], wrapped.Span).TryGet(out byte[]? keys, out Fault fault)) return fault;
        return keys.Length == 2 * KeyLength ? keys : new Fault(FaultCode.FormatValue, "The wrapped keys are not two keys.");
    }

    /// <summary>Unwraps with the bare batch key.</summary>
    public static Result<byte[]> Unwrap(ReadOnlySpan<byte> batchKey, Id16 resource, Hash32 manifestName, ReadOnlyMemory<byte> wrapped)
    {
        if (batchKey.Length != KeyLength) return new Fault(FaultCode.SealBroken, "A batch key has 32 bytes.");
        using AesGcm batch = new(batchKey, TagLength);
        return Unwrap(batch, resource, manifestName, wrapped);
    }

    /// <summary>The commitment to a record's key that stands in the event: one hash. Who opens a wrapped set checks both.</summary>
    public static Hash32 Commit(ReadOnlySpan<byte> key) => Sha256.Hash(Domains.Key, key);

    private static Hash32 WrappingNonce(Id16 resource, Hash32 manifestName) => Sha256.Hash(Domains.WrappingNonce, resource.Bytes, manifestName.Bytes);

    private static Result<byte[]> Open(ObjectKind kind, AesGcm aes, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealedObject)
    {
        CborReader reader = new(sealedObject);
        reader.ReadArrayStart(2);
        if (reader.ReadUInt() != (ulong)kind) reader.Fail($"The object is not of kind {(int)kind}.");
        ReadOnlySpan<byte> ciphertext = reader.ReadBytes();
        if (ciphertext.Length < TagLength) reader.Fail("The ciphertext is shorter than its tag.");
        if (!reader.End()) return reader.Fault;
        byte[] plaintext = new byte[ciphertext.Length - TagLength];
        try
        {
            aes.Decrypt(nonce, ciphertext[..plaintext.Length], ciphertext[plaintext.Length..], plaintext, [(byte)kind]);
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            return new Fault(FaultCode.SealBroken, "The object cannot be opened with this key, or was changed.");
        }
    }

    private static void RequireRecord(ObjectKind kind)
    {
        if (kind is not (ObjectKind.Content or ObjectKind.Manifest)) throw new ArgumentOutOfRangeException(nameof(kind), "Only contents and manifests are sealed under a key of their own.");
    }

    /// <summary>The object with room for its ciphertext, which begins at <paramref name="at"/>.</summary>
    private static byte[] Frame(ObjectKind kind, int length, out int at)
    {
        Span<byte> head = stackalloc byte[HeadBytesMax];
        (head[0], head[1]) = (0x82, (byte)kind);
        switch (length)
        {
            case < 24:
                head[2] = (byte)(0x40 | length);
                at = 3;
                break;
            case <= byte.MaxValue:
                (head[2], head[3]) = (0x58, (byte)length);
                at = 4;
                break;
            case <= ushort.MaxValue:
                head[2] = 0x59;
                BinaryPrimitives.WriteUInt16BigEndian(head[3..], (ushort)length);
                at = 5;
                break;
            default:
                head[2] = 0x5a;
                BinaryPrimitives.WriteUInt32BigEndian(head[3..], (uint)length);
                at = 7;
                break;
        }
        byte[] frame = new byte[at + length];
        head[..at].CopyTo(frame);
        return frame;
    }
}
