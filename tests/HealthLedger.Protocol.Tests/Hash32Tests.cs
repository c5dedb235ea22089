namespace HealthLedger.Protocol.Tests;

public class Hash32Tests
{
    [Fact]
    public void A_hash_prints_as_lower_case_hex_and_parses_back()
    {
        string text = string.Concat(Enumerable.Range(0, 32).Select(i => i.ToString("x2")));
        Hash32.TryParse(text, out Hash32 hash).Should().BeTrue();
        hash.ToString().Should().Be(text);
        Hash32.TryParse(text.AsSpan(1), out _).Should().BeFalse();
    }

    [Fact]
    public void Hashes_order_as_unsigned_bytes()
    {
        byte[] low = new byte[32], high = new byte[32];
        low[31] = 0xff;
        high[0] = 0x80;
        new Hash32(low).CompareTo(new Hash32(high)).Should().BeNegative();
    }
}
