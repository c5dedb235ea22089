namespace HealthLedger.Protocol.Keys;

/// <summary>Something that signs with one P-256 key, wherever the key lives: in memory, on a card, in an HSM. Safe for several threads.</summary>
public interface ISigner
{
    /// <summary>The key that verifies what this signs.</summary>
    PublicKey Public { get; }

    /// <summary>Signs SHA-256 of <paramref name="data"/> with ES256 and writes r ‖ s, 64 bytes. One signature, about 20 µs in memory.</summary>
    void Sign(ReadOnlySpan<byte> data, Span<byte> signature64);
}
