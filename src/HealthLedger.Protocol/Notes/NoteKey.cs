using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Notes;

/// <summary>A key that verifies notes under a name: the note format tells keys apart by name and id together.</summary>
public interface INoteVerifier
{
    /// <summary>The key's name.</summary>
    string Name { get; }

    /// <summary>The key's id.</summary>
    uint KeyId { get; }

    /// <summary>True when the signature is this key's over the note's text.</summary>
    bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature);
}

/// <summary>
/// An ECDSA P-256 key of signed notes [C2SP signed-note, type 0x02]: the id is the first four bytes of SHA-256 of the DER public key, the
/// signature is DER over SHA-256 of the text. Ed25519 keys (type 0x01) cannot be verified here: .NET's base library does not have the
/// curve, and notes of ours are never signed with it; their verifier keys are parsed far enough to say so.
/// </summary>
public sealed class NoteKey : INoteVerifier
{
    private const byte EcdsaType = 2;

    /// <summary>A key under a name.</summary>
    /// <exception cref="ArgumentException">The name is not one a key may have.</exception>
    public NoteKey(string name, PublicKey key)
    {
        if (!NoteName.IsValid(name)) throw new ArgumentException("The name is empty or holds a space or a plus.", nameof(name));
        (Name, Key) = (name, key);
        KeyId = BinaryPrimitives.ReadUInt32BigEndian(Sha256.Hash(key.ToSpki()).Bytes);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public uint KeyId { get; }

    /// <summary>The key itself.</summary>
    public PublicKey Key { get; }

    /// <summary>Parses a verifier key, <c>name+hex id+base64(type ‖ key)</c>.</summary>
    public static Result<NoteKey> Parse(string verifierKey)
    {
        string[] parts = verifierKey.Split('+', 3);
        if (parts.Length != 3 || !NoteName.IsValid(parts[0])) return Malformed("The verifier key is not name, id and key with a plus between.");
        if (parts[1].Length != 8 || parts[1].Any(char.IsAsciiLetterUpper) || !uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint id))
            return Malformed("The verifier key's id is not eight lower-case hexadecimal digits.");
        if (!NoteText.TryBase64(parts[2], out byte[] material) || material.Length == 0) return Malformed("The verifier key is not in base64.");
        if (material[0] != EcdsaType) return new Fault(FaultCode.Unsupported, $"Note keys of type {material[0]} cannot be verified here, only ECDSA P-256 (type 2).");
        if (!PublicKey.FromSpki(material.AsSpan(1)).TryGet(out PublicKey? key, out Fault fault)) return fault;
        NoteKey parsed = new(parts[0], key);
        return parsed.KeyId == id ? parsed : new Fault(FaultCode.KeyInvalid, "The verifier key's id is not that of its key.");
    }

    /// <summary>The verifier key, <c>name+hex id+base64(type ‖ key)</c>.</summary>
    public override string ToString() => $"{Name}+{KeyId:x8}+{Convert.ToBase64String([EcdsaType, .. Key.ToSpki()])}";

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        Span<byte> signature64 = stackalloc byte[PublicKey.SignatureLength];
        return EcdsaDer.TryToFixed(signature, signature64) && Key.Verify(text, signature64);
    }

    /// <summary>Signs a note's text with the key of this name.</summary>
    /// <exception cref="ArgumentException">The signer's key is another.</exception>
    public NoteSignature Sign(ISigner signer, string text)
    {
        if (!signer.Public.Equals(Key)) throw new ArgumentException("The signer's key is not the note key.", nameof(signer));
        Span<byte> signature64 = stackalloc byte[PublicKey.SignatureLength];
        signer.Sign(Encoding.UTF8.GetBytes(text), signature64);
        return new NoteSignature(Name, KeyId, EcdsaDer.FromFixed(signature64));
    }

    private static Fault Malformed(string sentence) => new(FaultCode.TextMalformed, sentence);
}
