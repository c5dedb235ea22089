using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Shamir;

namespace HealthLedger.Protocol.Tests.Shamir;

public class ShamirSecretTests
{
    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();

    [Fact]
    public void Any_k_shares_give_the_secret_back_and_fewer_do_not()
    {
        byte[] secret = RandomNumberGenerator.GetBytes(32);
        for (int count = 1; count <= 6; count++)
        {
            for (int threshold = 1; threshold <= count; threshold++)
            {
                SplitSecret split = ShamirSecret.Split(secret, threshold, count, Random);
                for (int subset = 0; subset < 1 << count; subset++)
                {
                    Share[] chosen = [.. split.Shares.Where((_, i) => (subset >> i & 1) != 0)];
                    Result<byte[]> combined = ShamirSecret.Combine(threshold, split.Commitments, chosen);
                    combined.IsOk.Should().Be(chosen.Length >= threshold);
                    if (combined.IsOk) combined.Value.Should().Equal(secret);
                }
            }
        }
    }

    [Fact]
    public void A_false_share_a_doubled_one_and_one_of_another_split_are_refused()
    {
        byte[] secret = RandomNumberGenerator.GetBytes(16);
        SplitSecret split = ShamirSecret.Split(secret, 3, 5, Random), other = ShamirSecret.Split(secret, 3, 5, Random);
        Share forged = split.Shares[2] with { Value = [.. split.Shares[2].Value.Select(b => (byte)(b ^ 1))] };
        Refused(split, split.Shares[0], split.Shares[1], forged);
        Refused(split, split.Shares[0], split.Shares[1], split.Shares[1]);
        Refused(split, split.Shares[0], split.Shares[1], other.Shares[2]);
        Refused(split, split.Shares[0], split.Shares[1], split.Shares[2] with { Index = 0 });
        Refused(split, split.Shares[0], split.Shares[1], split.Shares[2] with { Index = 6 });
        ShamirSecret.Combine(2, split.Commitments, [.. split.Shares]).IsOk.Should().BeFalse("k is part of what is committed to");
    }

    [Fact]
    public void A_share_survives_its_encoding_and_a_long_one_is_refused()
    {
        Share share = ShamirSecret.Split([1, 2, 3], 2, 3, Random).Shares[1];
        Share decoded = Share.Decode(share.Encode()).Value;
        decoded.Commitment(2, 3).Should().Be(share.Commitment(2, 3));
        Share.Decode((share with { Value = new byte[ShamirSecret.SecretLengthMax + 1] }).Encode()).IsOk.Should().BeFalse();
        Share.Decode((share with { Index = 0 }).Encode()).IsOk.Should().BeFalse();
    }

    [Fact]
    public void The_field_is_that_of_aes()
    {
        // FIPS 197 §4.2: {57}·{83} = {c1}, {57}·{13} = {fe}.
        Combine(0x57, 0x83).Should().Be(0xc1);
        Combine(0x57, 0x13).Should().Be(0xfe);

        static byte Combine(byte a, byte b) => Gf256.Multiply(a, b);
    }

    [Fact]
    public void Every_element_but_zero_has_an_inverse()
    {
        for (int a = 1; a < 256; a++) Gf256.Multiply((byte)a, Gf256.Invert((byte)a)).Should().Be(1);
    }

    private static void Refused(SplitSecret split, params Share[] shares) =>
        ShamirSecret.Combine(3, split.Commitments, shares).Fault.Code.Should().Be(FaultCode.ShareInvalid);
}
