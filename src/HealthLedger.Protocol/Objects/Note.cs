using System.Security.Cryptography;
using System.Text;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Hpke;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Objects;

/// <summary>
/// What an entry must not say in the open (FORMATS.md section 6, kind 9): a text, or who the person behind an access is, with the salt of the
/// commitment; or both.
/// </summary>
/// <param name="Text">Free text, for instance a consent's words, at most 16 KiB; null for none.</param>
/// <param name="Person">The person's identifier, at most 255 bytes; null for none.</param>
/// <param name="Salt">The salt of the person's commitment.</param>
public sealed record Note(string? Text, string? Person = null, Id16 Salt = default)
{
    private const int TextBytesMax = 16 * 1024, PersonBytesMax = 255;

    private static ReadOnlySpan<byte> Info => "healthledger/note/v1"u8;

    /// <summary>The commitment that an access carries: a hash of salt and person.</summary>
    public static Hash32 Commit(Id16 salt, string person) => Sha256.Hash(Domains.Person, salt.Bytes, Encoding.UTF8.GetBytes(person));

    /// <summary>Seals the note to each recipient and returns the object: one HPKE seal a recipient, 1 to 16.</summary>
    public byte[] Seal(RandomNumberGenerator random, params ReadOnlySpan<PublicKey> recipients)
    {
        if (recipients.Length is 0 or > VaultObject.RecipientsMax) throw new ArgumentOutOfRangeException(nameof(recipients), $"A note has 1 to {VaultObject.RecipientsMax} recipients.");
        byte[] plain = Encode();
        CborWriter writer = new(64 + recipients.Length * (plain.Length + 160));
        writer.WriteArrayStart(2);
        writer.WriteUInt((ulong)ObjectKind.Note);
        writer.WriteArrayStart(recipients.Length);
        foreach (PublicKey recipient in recipients)
        {
            Sealed parts = HpkeBase.Seal(random, recipient, Info, recipient.KeyId.Bytes, plain);
            writer.WriteArrayStart(3);
            writer.WriteHash(recipient.KeyId);
            writer.WriteBytes(parts.Encapsulation);
            writer.WriteBytes(parts.Ciphertext);
        }
        return writer.ToArray();
    }

    /// <summary>Opens the note with the first key at hand that it is sealed to.</summary>
    /// <param name="sealedNote">The object.</param>
    /// <param name="keyOf">The private key of a key id, or null.</param>
    /// <returns>The note; or a fault where it is sealed to none of the keys, or was changed.</returns>
    public static Result<Note> Open(ReadOnlyMemory<byte> sealedNote, Func<Hash32, SealingKey?> keyOf)
    {
        if (!VaultObject.Check(sealedNote.Span).TryGet(out ObjectKind kind, out Fault fault)) return fault;
        if (kind != ObjectKind.Note) return new Fault(FaultCode.CborUnexpected, "The object is not a note.");
        CborReader reader = new(sealedNote.Span);
        reader.ReadArrayStart();
        reader.ReadUInt();
        for (int left = reader.ReadArrayStart(); left > 0; left--)
        {
            reader.ReadArrayStart();
            Hash32 recipient = reader.ReadHash();
            ReadOnlySpan<byte> encapsulation = reader.ReadBytes(), ciphertext = reader.ReadBytes();
            if (keyOf(recipient) is not { } key) continue;
            return HpkeBase.Open(key, encapsulation, Info, recipient.Bytes, ciphertext).TryGet(out byte[]? plain, out fault) ? Decode(plain) : fault;
        }
        return new Fault(FaultCode.SealBroken, "The note is sealed to none of the keys at hand.");
    }

    private byte[] Encode()
    {
        if (Text is null && Person is null) throw new InvalidOperationException("A note says something.");
        CborWriter writer = new(128);
        writer.WriteMapStart((Text is null ? 0 : 1) + (Person is null ? 0 : 1));
        if (Text is not null)
        {
            writer.WriteUInt(1);
            writer.WriteText(Text);
        }
        if (Person is not null)
        {
            writer.WriteUInt(2);
            writer.WriteArrayStart(2);
            writer.WriteId16(Salt);
            writer.WriteText(Person);
        }
        return writer.ToArray();
    }

    private static Result<Note> Decode(byte[] plain)
    {
        CborReader reader = new(plain);
        string? text = null, person = null;
        Id16 salt = default;
        int pairs = reader.ReadMapStart();
        while (reader.NextKey(ref pairs, out int key))
        {
            switch (key)
            {
                case 1: text = reader.ReadText(TextBytesMax); break;
                case 2:
                    reader.ReadArrayStart(2);
                    salt = reader.ReadId16();
                    person = reader.ReadText(PersonBytesMax);
                    break;
                default: reader.Fail($"A note has no field {key}."); break;
            }
        }
        if (text is null && person is null) reader.Fail("A note says nothing.");
        return reader.End() ? new Note(text, person, salt) : reader.Fault;
    }
}
