using System.Buffers.Binary;
using System.Security.Cryptography;
using HealthLedger.Protocol;

namespace HealthLedger.Storage.Snapshots.Sealing;

/// <summary>
/// Seals snapshots and opens them again: AES-256-GCM under a key of its own for each thing, over everything that the row says.
/// <code>
/// sealed     = nonce (12) | ciphertext | tag (16)
/// plaintext  = u8 length of the name | name | payload
/// associated = owner (32) | i16 kind | key (32) | i32 shard | i64 height | header (32) | i32 format | u8 has due | i64 due
/// </code>
/// </summary>
public sealed class SnapshotSeal(SnapshotSecret secret)
{
    private const int NonceBytes = 12, TagBytes = 16, AssociatedBytes = 32 + 2 + 32 + 4 + 8 + 32 + 4 + 1 + 8;

    /// <summary>Bytes of a sealed payload at most.</summary>
    public const int SealedBytesMax = NonceBytes + TagBytes + 1 + Snapshot.KeyBytesMax + Snapshot.BytesMax;

    /// <summary>Where a thing's snapshot stands.</summary>
    public RowPlace PlaceOf(SnapshotKind kind, ReadOnlySpan<byte> key)
    {
        Span<byte> name = stackalloc byte[2 + Snapshot.KeyBytesMax];
        BinaryPrimitives.WriteInt16BigEndian(name, (short)kind);
        key.CopyTo(name[2..]);
        return new RowPlace(secret.Owner, kind, secret.Derive("key\0"u8, name[..(2 + key.Length)]));
    }

    /// <summary>The row of a snapshot, whose sizes are within bounds.</summary>
    public SnapshotRow Seal(Snapshot snapshot)
    {
        RowPlace place = PlaceOf(snapshot.Kind, snapshot.Key.Span);
        byte[] plain = new byte[1 + snapshot.Key.Length + snapshot.Bytes.Length];
        plain[0] = (byte)snapshot.Key.Length;
        snapshot.Key.CopyTo(plain.AsMemory(1));
        snapshot.Bytes.CopyTo(plain.AsMemory(1 + snapshot.Key.Length));
        byte[] bytes = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(bytes.AsSpan(0, NonceBytes));
        SnapshotRow row = new(place, snapshot.Shard, snapshot.Height, snapshot.Header, snapshot.Format, snapshot.Due, bytes);
        Span<byte> associated = stackalloc byte[AssociatedBytes];
        Associate(row, associated);
        using AesGcm aes = KeyOf(place);
        aes.Encrypt(bytes.AsSpan(0, NonceBytes), plain, bytes.AsSpan(NonceBytes, plain.Length), bytes.AsSpan(NonceBytes + plain.Length), associated);
        return row;
    }

    /// <summary>The snapshot of a row; null where the row is not, byte for byte, one that was sealed under this secret for this place.</summary>
    public Snapshot? Open(SnapshotRow row)
    {
        int length = row.Sealed.Length - NonceBytes - TagBytes;
        if (length < 2 || row.Sealed.Length > SealedBytesMax || row.Place.Owner != secret.Owner) return null;
        byte[] plain = new byte[length];
        Span<byte> associated = stackalloc byte[AssociatedBytes];
        Associate(row, associated);
        ReadOnlySpan<byte> bytes = row.Sealed.Span;
        using AesGcm aes = KeyOf(row.Place);
        try
        {
            aes.Decrypt(bytes[..NonceBytes], bytes.Slice(NonceBytes, length), bytes[(NonceBytes + length)..], plain, associated);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        return new Snapshot
        {
            Kind = row.Place.Kind, Key = plain.AsMemory(1, plain[0]), Shard = row.Shard, Height = row.Height, Header = row.Header, Format = row.Format, Due = row.Due, Bytes = plain.AsMemory(1 + plain[0]),
        };
    }

    private AesGcm KeyOf(RowPlace place)
    {
        Hash32 key = secret.Derive("seal\0"u8, place.Key.Bytes);
        return new AesGcm(key.Bytes, TagBytes);
    }

    private static void Associate(SnapshotRow row, Span<byte> into)
    {
        row.Place.Owner.CopyTo(into);
        BinaryPrimitives.WriteInt16BigEndian(into[32..], (short)row.Place.Kind);
        row.Place.Key.CopyTo(into[34..]);
        BinaryPrimitives.WriteInt32BigEndian(into[66..], row.Shard);
        BinaryPrimitives.WriteInt64BigEndian(into[70..], row.Height);
        row.Header.CopyTo(into[78..]);
        BinaryPrimitives.WriteInt32BigEndian(into[110..], row.Format);
        into[114] = row.Due is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt64BigEndian(into[115..], row.Due ?? 0);
    }
}
