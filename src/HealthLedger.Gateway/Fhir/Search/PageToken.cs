using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Gateway.Fhir.Search;

/// <summary>Where a walk through pages stands.</summary>
/// <param name="Client">The client whose walk it is.</param>
/// <param name="Path">What is walked: <c>Observation</c>, or <c>Patient/id/$everything</c>.</param>
/// <param name="Query">The query string of the first page.</param>
/// <param name="Offset">How many records were passed.</param>
/// <param name="Leaf">The walk sees the record as it stood at this leaf of the patient's shard.</param>
internal sealed record PagePlace(string Client, string Path, string Query, int Offset, long Leaf);

/// <summary>
/// Seals the place of a walk into the link to its next page: nobody can read or change it, and it ends after a quarter of an hour. It is no
/// permission: each page asks for access anew.
/// </summary>
/// <param name="key">32 secret bytes; a gateway that restarts with others ends all walks.</param>
/// <param name="clock">Measures the links' age.</param>
internal sealed class PageToken(ReadOnlyMemory<byte> key, TimeProvider clock)
{
    private const int NonceLength = 12, TagLength = 16, CharsMax = 8192;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>The token of a place.</summary>
    public string Seal(PagePlace place)
    {
        byte[] plain = JsonSerializer.SerializeToUtf8Bytes(new Sealed(place, (clock.GetUtcNow() + Lifetime).ToUnixTimeSeconds()));
        byte[] token = new byte[NonceLength + plain.Length + TagLength];
        RandomNumberGenerator.Fill(token.AsSpan(0, NonceLength));
        using AesGcm cipher = new(key.Span, TagLength);
        cipher.Encrypt(token.AsSpan(0, NonceLength), plain, token.AsSpan(NonceLength, plain.Length), token.AsSpan(NonceLength + plain.Length));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The place of a token; a fault where it is not ours, another client's, or too old.</summary>
    public Result<PagePlace> Open(string token, string client)
    {
        Fault over = new(FaultCode.PageLinkOver, "The link to the next page is not valid, or no longer; search again.");
        if (token.Length is 0 or > CharsMax || !Base64Url.IsValid(token)) return over;
        byte[] bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length <= NonceLength + TagLength) return over;
        byte[] plain = new byte[bytes.Length - NonceLength - TagLength];
        using AesGcm cipher = new(key.Span, TagLength);
        try
        {
            cipher.Decrypt(bytes.AsSpan(0, NonceLength), bytes.AsSpan(NonceLength, plain.Length), bytes.AsSpan(NonceLength + plain.Length), plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return over;
        }
        Sealed content = JsonSerializer.Deserialize<Sealed>(plain)!;
        return content.Until > clock.GetUtcNow().ToUnixTimeSeconds() && content.Place.Client == client ? content.Place : over;
    }

    private sealed record Sealed(PagePlace Place, long Until);
}
