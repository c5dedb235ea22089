using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hpke;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Tests.Hpke;

public class HpkeTests
{
    [Fact]
    public void Only_the_recipient_opens_and_only_unchanged()
    {
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        using SealingKey alice = SealingKey.Generate(random), bob = SealingKey.Generate(random);
        Sealed box = HpkeBase.Seal(random, alice.Public, "info"u8, "aad"u8, "secret"u8);
        HpkeBase.Open(alice, box.Encapsulation, "info"u8, "aad"u8, box.Ciphertext).Value.Should().Equal("secret"u8.ToArray());
        HpkeBase.Open(bob, box.Encapsulation, "info"u8, "aad"u8, box.Ciphertext).Fault.Code.Should().Be(FaultCode.SealBroken);
        HpkeBase.Open(alice, box.Encapsulation, "inf0"u8, "aad"u8, box.Ciphertext).Fault.Code.Should().Be(FaultCode.SealBroken);
        HpkeBase.Open(alice, box.Encapsulation, "info"u8, "aaD"u8, box.Ciphertext).Fault.Code.Should().Be(FaultCode.SealBroken);
        HpkeBase.Open(alice, box.Encapsulation, "info"u8, "aad"u8, box.Ciphertext.AsSpan(1)).Fault.Code.Should().Be(FaultCode.SealBroken);
        HpkeBase.Open(alice, box.Encapsulation, "info"u8, "aad"u8, [1, 2, 3]).Fault.Code.Should().Be(FaultCode.SealBroken);
        HpkeBase.Open(alice, new byte[65], "info"u8, "aad"u8, box.Ciphertext).Fault.Code.Should().Be(FaultCode.KeyInvalid);
    }
}
