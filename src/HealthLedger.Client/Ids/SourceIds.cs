using System.Security.Cryptography;
using System.Text;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;

namespace HealthLedger.Client.Ids;

/// <summary>
/// Ids that an organization finds again without a table: HMACs under its index key, which is never rotated (FORMATS.md section 2). Who
/// lacks the key can neither compute nor guess them. Immutable; safe for several threads.
/// </summary>
/// <param name="indexKey">The organization's 32 secret bytes.</param>
public sealed class SourceIds(ReadOnlyMemory<byte> indexKey)
{
    /// <summary>Bytes of an index key.</summary>
    public const int IndexKeyLength = 32;

    private readonly ReadOnlyMemory<byte> _key = indexKey.Length == IndexKeyLength
        ? indexKey
        : throw new ArgumentException($"An index key has {IndexKeyLength} bytes.", nameof(indexKey));

    /// <summary>The blinded key of one version of a record in its source.</summary>
    /// <param name="system">The source system, for instance a URI.</param>
    /// <param name="id">The record's id there.</param>
    /// <param name="version">Its version there; without one, give the text of <see cref="ContentKey"/>.</param>
    public Hash32 RecordKey(string system, string id, string version) => Mac(Domains.RecordKey, Encode(system, id, version));

    /// <summary>The blinded content: HMAC over the domain and SHA-256 of the bytes.</summary>
    public Hash32 ContentKey(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[Hash32.Length];
        SHA256.HashData(content, hash);
        return Mac(Domains.ContentKey, hash);
    }

    /// <summary>The id of the logical thing that all versions of a record share.</summary>
    public Id16 ResourceId(string system, string id) => First16(Mac(Domains.ResourceId, Encode(system, id)));

    /// <summary>The inception salt of a stewarded patient: the same patient imported again has the same identity.</summary>
    public Id16 PatientSalt(string system, string id) => First16(Mac(Domains.PatientSalt, Encode(system, id)));

    private static Id16 First16(Hash32 hash) => new(hash.Bytes[..Id16.Length]);

    private static byte[] Encode(params ReadOnlySpan<string> parts)
    {
        int capacity = 8;
        foreach (string part in parts) capacity += 3 * part.Length + 5;
        CborWriter writer = new(capacity);
        writer.WriteArrayStart(parts.Length);
        foreach (string part in parts) writer.WriteText(part);
        return writer.ToArray();
    }

    private Hash32 Mac(ReadOnlySpan<byte> domain, ReadOnlySpan<byte> input)
    {
        Span<byte> data = domain.Length + input.Length <= 512 ? stackalloc byte[domain.Length + input.Length] : new byte[domain.Length + input.Length];
        domain.CopyTo(data);
        input.CopyTo(data[domain.Length..]);
        Span<byte> mac = stackalloc byte[Hash32.Length];
        HMACSHA256.HashData(_key.Span, data, mac);
        return new Hash32(mac);
    }
}
