using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;
using HealthLedger.TestMaterial;

namespace HealthLedger.Protocol.Tests.Keys;

/// <summary>
/// Project Wycheproof's vectors. ECDSA and ECDH go through our keys; AES-GCM, HKDF, HMAC and PBKDF2 are the base library's, as we use them.
/// </summary>
public class WycheproofTests
{
    [Fact]
    public void Ecdsa_p256_sha256_in_p1363_form()
    {
        (int good, int bad) = Judge("ecdsa_secp256r1_sha256_p1363_test.json", (group, test) =>
        {
            PublicKey key = PublicKey.FromSpki(Hex(group, "publicKeyDer")).Value;
            bool verified = key.Verify(Hex(test, "msg"), Hex(test, "sig"));
            key.VerifyHashByPlatform(Sha256.Hash(Hex(test, "msg")), Hex(test, "sig")).Should().Be(verified, "libcrypto and the base library agree");
            return verified;
        });
        (good + bad).Should().Be(262);
    }

    [Fact]
    public void Ecdh_p256_over_uncompressed_points_and_no_others()
    {
        int compressed = 0;
        (int good, int bad) = Judge("ecdh_secp256r1_ecpoint_test.json", (group, test) =>
        {
            if (!PublicKey.FromSec1(Hex(test, "public")).TryGet(out PublicKey? peer, out Fault _)) return false;
            using SealingKey key = SealingKey.FromScalar(Scalar(Hex(test, "private"))).Value;
            return key.Agree(peer).AsSpan().SequenceEqual(Hex(test, "shared"));
        }, acceptable: test =>
        {
            // The vectors leave compressed points to the implementation; ours are never compressed.
            if (test.GetProperty("flags").EnumerateArray().Any(flag => flag.GetString() == "CompressedPoint")) compressed++;
            return false;
        });
        (good + bad).Should().Be(355);
        compressed.Should().BePositive();
    }

    [Fact]
    public void Aes_gcm_with_nonces_of_12_bytes_and_tags_of_16()
    {
        int judged = 0;
        Judge("aes_gcm_test.json", (group, test) =>
        {
            if (group.GetProperty("ivSize").GetInt32() != 96 || group.GetProperty("tagSize").GetInt32() != 128) return test.GetProperty("result").GetString() == "valid";
            judged++;
            using AesGcm gcm = new(Hex(test, "key"), 16);
            byte[] message = Hex(test, "msg"), sealedBytes = new byte[message.Length], tag = new byte[16];
            gcm.Encrypt(Hex(test, "iv"), message, sealedBytes, tag, Hex(test, "aad"));
            bool encrypts = sealedBytes.AsSpan().SequenceEqual(Hex(test, "ct")) && tag.AsSpan().SequenceEqual(Hex(test, "tag"));
            byte[] opened = new byte[message.Length];
            Action decrypt = () => gcm.Decrypt(Hex(test, "iv"), Hex(test, "ct"), Hex(test, "tag"), opened, Hex(test, "aad"));
            if (!encrypts)
            {
                decrypt.Should().Throw<AuthenticationTagMismatchException>();
                return false;
            }
            decrypt();
            return opened.AsSpan().SequenceEqual(message);
        });
        judged.Should().BeGreaterThan(150);
    }

    [Fact]
    public void Hkdf_sha256()
    {
        (int good, int bad) = Judge("hkdf_sha256_test.json", (_, test) =>
        {
            byte[] output = new byte[test.GetProperty("size").GetInt32()];
            try
            {
                HKDF.DeriveKey(HashAlgorithmName.SHA256, Hex(test, "ikm"), output, Hex(test, "salt"), Hex(test, "info"));
            }
            catch (ArgumentException)
            {
                return false;
            }
            return output.AsSpan().SequenceEqual(Hex(test, "okm"));
        });
        (good + bad).Should().Be(86);
    }

    [Fact]
    public void Hmac_sha256()
    {
        (int good, int bad) = Judge("hmac_sha256_test.json", (group, test) =>
        {
            byte[] tag = Hex(test, "tag");
            return HMACSHA256.HashData(Hex(test, "key"), Hex(test, "msg")).AsSpan(0, group.GetProperty("tagSize").GetInt32() / 8).SequenceEqual(tag);
        });
        (good + bad).Should().Be(174);
    }

    [Fact]
    public void Pbkdf2_hmac_sha256()
    {
        (int good, int bad) = Judge("pbkdf2_hmacsha256_test.json", (_, test) => Rfc2898DeriveBytes.Pbkdf2(
            Hex(test, "password"), Hex(test, "salt"), test.GetProperty("iterationCount").GetInt32(), HashAlgorithmName.SHA256, test.GetProperty("dkLen").GetInt32())
            .AsSpan().SequenceEqual(Hex(test, "dk")), badOnes: false);
        (good + bad).Should().Be(60);
    }

    private static (int Good, int Bad) Judge(string file, Func<JsonElement, JsonElement, bool> verify, Func<JsonElement, bool>? acceptable = null, bool badOnes = true)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require($"crypto-vectors/wycheproof/{file}")));
        int good = 0, bad = 0;
        foreach (JsonElement group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                bool wanted = test.GetProperty("result").GetString() switch
                {
                    "valid" => true,
                    "invalid" => false,
                    _ => acceptable is not null && acceptable(test),
                };
                verify(group, test).Should().Be(wanted, $"{file} {test.GetProperty("tcId")}: {test.GetProperty("comment")}");
                if (wanted) good++;
                else bad++;
            }
        }
        good.Should().BePositive();
        (bad > 0).Should().Be(badOnes);
        return (good, bad);
    }

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);

    /// <summary>The vectors' scalars are signed numbers of any length; ours have 32 bytes.</summary>
    private static byte[] Scalar(byte[] number)
    {
        byte[] digits = [.. number.SkipWhile(b => b == 0)];
        return [.. new byte[32 - digits.Length], .. digits];
    }
}
