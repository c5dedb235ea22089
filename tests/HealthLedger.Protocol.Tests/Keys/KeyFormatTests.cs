using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Tests.Keys;

public class KeyFormatTests
{
    private static readonly SigningKey Signer = SigningKey.FromSeed(new byte[32]);

    [Fact]
    public void A_key_is_read_only_for_the_use_it_was_written_for()
    {
        CborWriter writer = new();
        writer.WriteVerifyingKey(Signer.Public);
        byte[] verifying = writer.ToArray();
        writer.Reset();
        writer.WriteSealingKey(Signer.Public);
        byte[] sealing = writer.ToArray();
        Read(verifying, forSealing: false).Should().Be((Signer.Public, FaultCode.None));
        Read(sealing, forSealing: true).Should().Be((Signer.Public, FaultCode.None));
        Read(verifying, forSealing: true).Fault.Should().Be(FaultCode.Unsupported);
        Read(sealing, forSealing: false).Fault.Should().Be(FaultCode.Unsupported);
        verifying[^1] ^= 1;
        Read(verifying, forSealing: false).Fault.Should().Be(FaultCode.KeyInvalid);

        static (PublicKey? Key, FaultCode Fault) Read(byte[] bytes, bool forSealing)
        {
            CborReader reader = new(bytes);
            PublicKey? key = forSealing ? reader.ReadSealingKey() : reader.ReadVerifyingKey();
            return (key, reader.End() ? FaultCode.None : reader.Fault.Code);
        }
    }

    [Fact]
    public void A_signature_names_its_algorithm_and_another_is_refused()
    {
        byte[] signature = new byte[64];
        Signer.Sign("healthledger/test/v1\0"u8, "data"u8, signature);
        CborWriter writer = new();
        writer.WriteSignature(signature);
        byte[] bytes = writer.ToArray();
        CborReader reader = new(bytes);
        reader.ReadSignature().ToArray().Should().Equal(signature);
        reader.End().Should().BeTrue();
        bytes[1] = 0x27;
        CborReader other = new(bytes);
        other.ReadSignature().IsEmpty.Should().BeTrue();
        other.Fault.Code.Should().Be(FaultCode.Unsupported);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(491)]
    [InlineData(492)]
    [InlineData(5_000)]
    public void A_signature_under_one_domain_is_none_under_another(int length)
    {
        byte[] data = new byte[length], signature = new byte[64];
        Signer.Sign("healthledger/test/v1\0"u8, data, signature);
        Signer.Public.Verify("healthledger/test/v1\0"u8, data, signature).Should().BeTrue();
        Signer.Public.Verify("healthledger/tost/v1\0"u8, data, signature).Should().BeFalse();
        Signer.Public.Verify([.. "healthledger/test/v1\0"u8, .. data], signature).Should().BeTrue();
    }
}
