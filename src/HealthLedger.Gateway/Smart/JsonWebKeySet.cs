using System.Collections.Frozen;
using System.Text.Json;

namespace HealthLedger.Gateway.Smart;

/// <summary>
/// A client's public keys [RFC 7517], imported once: P-384 for ES384 and RSA of at least 2,048 bits for RS384, the two algorithms
/// SMART Backend Services asks a server to take. Keys of other types, and private ones, are passed over.
/// </summary>
public sealed class JsonWebKeySet
{
    /// <summary>The most keys that are read from one set.</summary>
    public const int KeysMax = 16;

    private readonly FrozenDictionary<string, JsonWebKey> _keys;

    private JsonWebKeySet(IEnumerable<JsonWebKey> keys) => _keys = keys.ToFrozenDictionary(key => key.KeyId, StringComparer.Ordinal);

    /// <summary>How many keys can verify.</summary>
    public int Count => _keys.Count;

    /// <summary>The key of that id, or null.</summary>
    public JsonWebKey? Find(string keyId) => _keys.GetValueOrDefault(keyId);

    /// <summary>Reads a set; null with a sentence that says why where nothing in it can be used.</summary>
    public static JsonWebKeySet? Parse(ReadOnlyMemory<byte> json, out string? why)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("keys", out JsonElement array) || array.ValueKind != JsonValueKind.Array)
            {
                why = "A key set is an object with an array \"keys\".";
                return null;
            }
            List<JsonWebKey> keys = [];
            foreach (JsonElement item in array.EnumerateArray().Take(KeysMax))
            {
                if (JsonWebKey.Read(item) is { } key && keys.TrueForAll(other => other.KeyId != key.KeyId)) keys.Add(key);
            }
            why = keys.Count == 0 ? "The set has no public P-384 or RSA key with a kid." : null;
            return keys.Count == 0 ? null : new JsonWebKeySet(keys);
        }
        catch (JsonException)
        {
            why = "The key set is not JSON.";
            return null;
        }
    }
}
