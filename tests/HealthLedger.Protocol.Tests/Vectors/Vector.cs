using System.Text.Encodings.Web;
using System.Text.Json;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Tests.Vectors;

/// <summary>One test vector: encoded bytes of a type and what a reader must find in them.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Section">The section of FORMATS.md.</param>
/// <param name="About">One sentence.</param>
/// <param name="Bytes">The encoding, as hex; a text as itself.</param>
/// <param name="Facts">Values by name: hashes, keys and byte strings as hex.</param>
internal sealed record Vector(string Name, int Section, string About, object Bytes, Dictionary<string, object?> Facts)
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string ToJson() => JsonSerializer.Serialize(
        new Dictionary<string, object?>
        {
            ["name"] = Name,
            ["section"] = Section,
            ["about"] = About,
            [Bytes is string ? "text" : "bytes"] = Bytes is string text ? text : Convert.ToHexStringLower(ToArray(Bytes)),
            ["facts"] = Facts.ToDictionary(fact => fact.Key, fact => Show(fact.Value)),
        },
        Options) + "\n";

    private static byte[] ToArray(object bytes) => bytes is ReadOnlyMemory<byte> memory ? memory.ToArray() : (byte[])bytes;

    private static object? Show(object? value) => value switch
    {
        null or string or int or long or uint or bool => value,
        PublicKey key => Convert.ToHexStringLower(key.Sec1),
        byte[] or ReadOnlyMemory<byte> => Convert.ToHexStringLower(ToArray(value)),
        System.Collections.IEnumerable list => list.Cast<object?>().Select(Show).ToArray(),
        _ => value.ToString(),
    };
}
