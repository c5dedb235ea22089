using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HealthLedger.Fhir.Synthetic;

/// <summary>SplitMix64: small, fast, the same on every runtime for ever. Not for secrets.</summary>
internal sealed class SyntheticRandom(ulong seed)
{
    private ulong state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>An integer from min to max, both included.</summary>
    public int Between(int min, int max) => min + (int)(Next() % (ulong)(max - min + 1));

    /// <summary>True with this chance in a hundred.</summary>
    public bool Percent(int chance) => Between(1, 100) <= chance;

    /// <summary>One of these.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Between(0, items.Count - 1)];

    /// <summary>A decimal near a mean, with this many decimals kept even when they are zeros.</summary>
    public decimal Near(decimal mean, decimal spread, int decimals)
    {
        decimal part = (Between(-1000, 1000) + Between(-1000, 1000)) / 2000m;
        decimal value = Math.Round(Math.Max(0m, mean + spread * part), decimals);
        return decimal.Parse(value.ToString($"F{decimals}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>A UUID that these words alone decide.</summary>
    public static string Uuid(params ReadOnlySpan<string> words)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', words!)));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString("D");
    }
}
