using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Hpke;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Objects;

/// <summary>What every vault object has: a name, a kind, a form that anybody can check without a key.</summary>
public static class VaultObject
{
    /// <summary>Most bytes of an object.</summary>
    public const int BytesMax = 16 * 1024 * 1024;

    /// <summary>Most recipients of a note.</summary>
    public const int RecipientsMax = 16;

    /// <summary>Most bytes sealed to one key.</summary>
    public const int SealedBytesMax = 128 * 1024;

    /// <summary>The name of an object: the hash of its bytes.</summary>
    public static Hash32 NameOf(ReadOnlySpan<byte> bytes) => Sha256.Hash(Domains.Object, bytes);

    /// <summary>True for the kinds that live in the erasable key store, which no backup copies: 3 to 8.</summary>
    public static bool IsErasable(ObjectKind kind) => kind is >= ObjectKind.WrappedKeys and <= ObjectKind.DepositCard;

    /// <summary>The kind of an object whose form is right in every part, lengths included. Whether it opens, only a key can tell.</summary>
    public static Result<ObjectKind> Check(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"An object has at most {BytesMax} bytes.");
        CborReader reader = new(bytes);
        int items = reader.ReadArrayStart();
        ObjectKind kind = (ObjectKind)reader.ReadUInt(byte.MaxValue);
        int expected = kind switch
        {
            ObjectKind.Content or ObjectKind.Manifest or ObjectKind.WrappedKeys or ObjectKind.Note => 2,
            ObjectKind.Envelope => 5,
            ObjectKind.SealedKey or ObjectKind.Predecessor => 6,
            ObjectKind.SealedRecordKeys or ObjectKind.DepositCard => 4,
            _ => 0,
        };
        if (expected == 0) reader.Fail($"There is no kind {(int)kind} of vault object.");
        else if (items != expected) reader.Fail($"A vault object of kind {(int)kind} has {expected} items.");
        switch (kind)
        {
            case ObjectKind.WrappedKeys:
                reader.ReadBytes(2 * RecordCipher.KeyLength + RecordCipher.TagLength);
                break;
            case ObjectKind.Content or ObjectKind.Manifest:
                if (reader.ReadBytes().Length < RecordCipher.TagLength) reader.Fail("The ciphertext is shorter than its tag.");
                break;
            case ObjectKind.Note:
                CheckRecipients(ref reader);
                break;
            default:
                if (kind is ObjectKind.Envelope or ObjectKind.SealedKey or ObjectKind.Predecessor) reader.ReadBytes(Id16.Length);
                for (int hashes = items - (kind is ObjectKind.SealedRecordKeys or ObjectKind.DepositCard ? 3 : 4); hashes > 0; hashes--) reader.ReadHash();
                ReadSeal(ref reader);
                break;
        }
        return reader.End() ? kind : reader.Fault;
    }

    private static void CheckRecipients(ref CborReader reader)
    {
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count is 0 or > RecipientsMax) reader.Fail($"A note has 1 to {RecipientsMax} recipients.", FaultCode.FormatLimit);
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            reader.ReadArrayStart(3);
            reader.ReadHash();
            ReadSeal(ref reader);
        }
    }

    private static void ReadSeal(ref CborReader reader)
    {
        reader.ReadBytes(PublicKey.Sec1Length);
        if (reader.ReadBytesUpTo(SealedBytesMax).Length < HpkeBase.TagLength) reader.Fail("The sealed data is shorter than its tag.");
    }
}
