using System.Security.Cryptography;
using System.Text;

namespace HealthLedger.Orleans.Calls;

/// <summary>What calls within one silo show to be let in: random, made at the start, known to this process alone.</summary>
internal sealed class SiloToken(RandomNumberGenerator random)
{
    /// <summary>The token.</summary>
    public string Text { get; } = Random(random);

    /// <summary>Whether that is it, in a time that does not tell how much of it was right.</summary>
    public bool Equals(string? shown) =>
        shown is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(shown), Encoding.ASCII.GetBytes(Text));

    /// <summary>Says nothing.</summary>
    public override string ToString() => nameof(SiloToken);

    private static string Random(RandomNumberGenerator random)
    {
        Span<byte> bytes = stackalloc byte[32];
        random.GetBytes(bytes);
        return Convert.ToHexString(bytes);
    }
}
