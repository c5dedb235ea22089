namespace HealthLedger.Protocol.Did;

/// <summary>Lower-case base32 without padding [RFC 4648 §6] of a hash: 256 bits in 52 characters, of which the last carries one bit.</summary>
public static class Base32
{
    /// <summary>Characters of a hash.</summary>
    public const int HashTextLength = 52;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>The text of a hash.</summary>
    public static string Encode(Hash32 hash) => string.Create(HashTextLength, hash, static (text, value) =>
    {
        ReadOnlySpan<byte> bytes = value.Bytes;
        int bits = 0, held = 0, next = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (held < 5)
            {
                bits = (bits << 8) | (next < bytes.Length ? bytes[next++] : 0);
                held += 8;
            }
            held -= 5;
            text[i] = Alphabet[(bits >> held) & 31];
        }
    });

    /// <summary>The hash of a text; false for another length or alphabet, and for unused bits that are not zero.</summary>
    public static bool TryDecodeHash(ReadOnlySpan<char> text, out Hash32 hash)
    {
        hash = default;
        if (text.Length != HashTextLength) return false;
        Span<byte> bytes = stackalloc byte[Hash32.Length];
        int bits = 0, held = 0, written = 0;
        foreach (char c in text)
        {
            int value = c switch { >= 'a' and <= 'z' => c - 'a', >= '2' and <= '7' => c - '2' + 26, _ => -1 };
            if (value < 0) return false;
            bits = ((bits << 5) | value) & 0xfff;
            held += 5;
            if (held < 8) continue;
            held -= 8;
            bytes[written++] = (byte)(bits >> held);
        }
        if ((bits & ((1 << held) - 1)) != 0) return false;
        hash = new Hash32(bytes);
        return true;
    }
}
