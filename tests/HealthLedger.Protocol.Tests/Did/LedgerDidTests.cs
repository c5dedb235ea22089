using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Tests.Did;

public class LedgerDidTests
{
    [Fact]
    public void An_identifier_survives_its_text()
    {
        for (int i = 0; i < 200; i++)
        {
            LedgerDid did = new("test-net", Sha256.Hash([(byte)i]));
            LedgerDid.Parse(did.ToString()).Value.Should().Be(did);
            did.ToString().Length.Should().BeLessThanOrEqualTo(LedgerDid.TextLengthMax);
        }
        new LedgerDid("net", Hash32.Zero).ToString().Should().Be("did:healthledger:net:" + new string('a', 52));
        // The first byte 0x66 0x6f 0x6f is "foo", RFC 4648's own example: MZXW6.
        byte[] foo = new byte[32];
        "foo"u8.CopyTo(foo);
        Base32.Encode(new Hash32(foo)).Should().StartWith("mzxw6");
    }

    [Theory]
    [InlineData("did:healthledger:net:")]
    [InlineData("did:HealthLedger:net:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("did:healthledger:net:Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("did:healthledger:net:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")]
    [InlineData("did:healthledger:net:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=")]
    [InlineData("did:healthledger:net:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa#k")]
    [InlineData("did:healthledger:ne:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("did:healthledger:1et:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("did:healthledger:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("did:healthledger:a-network-name-that-has-too-many-characters:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void What_is_not_an_identifier_is_refused(string text) => LedgerDid.Parse(text).IsOk.Should().BeFalse();
}
