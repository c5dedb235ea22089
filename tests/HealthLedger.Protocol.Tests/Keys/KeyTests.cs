using System.Formats.Cbor;
using System.Security.Cryptography;
using HealthLedger.Protocol.Cose;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Keys.KeyFile;
using HealthLedger.TestMaterial;

namespace HealthLedger.Protocol.Tests.Keys;

public class KeyTests
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void What_a_key_signs_it_verifies_and_nothing_else()
    {
        using SigningKey key = SigningKey.FromSeed(Seed);
        byte[] signature = new byte[64];
        key.Sign("hello"u8, signature);
        key.Public.Verify("hello"u8, signature).Should().BeTrue();
        key.Public.Verify("hullo"u8, signature).Should().BeFalse();
        key.Public.Verify("hello"u8, signature.AsSpan(0, 63)).Should().BeFalse();
        signature[5] ^= 1;
        key.Public.Verify("hello"u8, signature).Should().BeFalse();
    }

    [Fact]
    public void A_seed_always_gives_the_same_key_and_each_use_another()
    {
        using SigningKey one = SigningKey.FromSeed(Seed), two = SigningKey.FromSeed(Seed);
        using SealingKey sealing = SealingKey.FromSeed(Seed);
        one.Public.Should().Be(two.Public);
        one.Public.Should().NotBe(sealing.Public);
        one.Public.KeyId.ToString().Should().Be("62a7ae5c6fa50da7d93dc92a78b3f6b1826d66cff1645667a6251605cb7e2175");
    }

    [Fact]
    public void The_key_id_is_the_thumbprint_of_rfc_9679_section_6()
    {
        // The example's key, a P-256 point; its kid is not part of the thumbprint.
        byte[] x = Convert.FromHexString("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d");
        byte[] y = Convert.FromHexString("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c");
        PublicKey.FromCoordinates(x, y).Value.KeyId.ToString().Should().Be("496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec");
    }

    [Fact]
    public void The_key_id_is_the_thumbprint_that_the_hash_envelope_examples_name()
    {
        CborReader reader = new(File.ReadAllBytes(SharedData.Require("crypto-vectors/cose-hash-envelope/examples/image.ckt.public-key.cbor")), CborConformanceMode.Lax);
        string name = "";
        byte[] x = [], y = [];
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            switch (reader.ReadInt32())
            {
                case 2: name = reader.PeekState() == CborReaderState.TextString ? reader.ReadTextString() : System.Text.Encoding.UTF8.GetString(reader.ReadByteString()); break;
                case CoseKeyLabel.X: x = reader.ReadByteString(); break;
                case CoseKeyLabel.Y: y = reader.ReadByteString(); break;
                default: reader.SkipValue(); break;
            }
        }
        string thumbprint = System.Buffers.Text.Base64Url.EncodeToString(PublicKey.FromCoordinates(x, y).Value.KeyId.Bytes);
        name.Should().Be("urn:ietf:params:oauth:ckt:sha-256:" + thumbprint);
    }

    [Fact]
    public void A_public_key_survives_each_of_its_forms()
    {
        using SigningKey key = SigningKey.Generate(RandomNumberGenerator.Create());
        PublicKey.FromSec1(key.Public.Sec1).Value.Should().Be(key.Public);
        PublicKey.FromSpki(key.Public.ToSpki()).Value.Should().Be(key.Public);
        PublicKey.FromCoseKey(key.Public.ToCoseKey()).Value.Should().Be(key.Public);
        using SigningKey again = SigningKey.FromPkcs8(key.ToPkcs8()).Value;
        again.Public.Should().Be(key.Public);
        using ECDsa platform = ECDsa.Create();
        platform.ImportSubjectPublicKeyInfo(key.Public.ToSpki(), out _);
        byte[] signature = new byte[64];
        key.Sign("x"u8, signature);
        platform.VerifyData("x"u8, signature, HashAlgorithmName.SHA256).Should().BeTrue();
    }

    [Fact]
    public void A_point_off_the_curve_is_refused_in_every_form()
    {
        using SigningKey key = SigningKey.FromSeed(Seed);
        byte[] sec1 = key.Public.Sec1.ToArray();
        sec1[64] ^= 1;
        PublicKey.FromSec1(sec1).Fault.Code.Should().Be(FaultCode.KeyInvalid);
        PublicKey.FromCoordinates(new byte[32], new byte[32]).Fault.Code.Should().Be(FaultCode.KeyInvalid);
        byte[] cose = key.Public.ToCoseKey();
        cose[^1] ^= 1;
        PublicKey.FromCoseKey(cose).Fault.Code.Should().Be(FaultCode.KeyInvalid);
        byte[] spki = key.Public.ToSpki();
        PublicKey.FromSpki(spki.AsSpan(0, 90)).Fault.Code.Should().Be(FaultCode.KeyInvalid);
    }

    [Fact]
    public void High_s_is_accepted_since_nothing_hangs_on_a_signatures_bytes()
    {
        using SigningKey key = SigningKey.FromSeed(Seed);
        byte[] signature = new byte[64];
        key.Sign("hello"u8, signature);
        System.Numerics.BigInteger order = System.Numerics.BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", System.Globalization.NumberStyles.HexNumber);
        System.Numerics.BigInteger s = new(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        byte[] other = (order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        signature.AsSpan(32).Clear();
        other.CopyTo(signature, 64 - other.Length);
        key.Public.Verify("hello"u8, signature).Should().BeTrue();
    }

    [Fact]
    public void One_public_key_verifies_on_many_threads_at_once()
    {
        using SigningKey key = SigningKey.FromSeed(Seed);
        byte[] signature = new byte[64];
        key.Sign("hello"u8, signature);
        int verified = 0;
        Parallel.For(0, 400, i =>
        {
            if (key.Public.Verify(i % 2 == 0 ? "hello"u8 : "hullo"u8, signature)) Interlocked.Increment(ref verified);
        });
        verified.Should().Be(200);
    }

    [Fact]
    public void The_base_library_alone_verifies_on_many_threads_at_once_too()
    {
        using SigningKey key = SigningKey.FromSeed(Seed);
        byte[] signature = new byte[64];
        key.Sign("hello"u8, signature);
        Hash32 good = new(SHA256.HashData("hello"u8)), bad = new(SHA256.HashData("hullo"u8));
        int verified = 0;
        Parallel.For(0, 400, i =>
        {
            if (key.Public.VerifyHashByPlatform(i % 2 == 0 ? good : bad, signature)) Interlocked.Increment(ref verified);
        });
        verified.Should().Be(200);
    }

    [Fact]
    public void Keys_that_are_dropped_while_others_verify_do_no_harm()
    {
        using SigningKey key = SigningKey.FromSeed(Seed);
        byte[] signature = new byte[64];
        key.Sign("hello"u8, signature);
        Parallel.For(0, 300, i =>
        {
            PublicKey.FromSec1(key.Public.Sec1).Value.Verify("hello"u8, signature).Should().BeTrue();
            if (i % 50 == 0) GC.Collect();
        });
    }

    [Fact]
    public void A_key_file_opens_with_its_passphrase_only()
    {
        using SigningKey key = SigningKey.FromSeed(Seed);
        string pem = EncryptedKeyFile.Write(key.ToPkcs8(), "correct horse", iterations: 1_000);
        pem.Should().StartWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
        using SigningKey opened = EncryptedKeyFile.OpenSigningKey(pem, "correct horse").Value;
        opened.Public.Should().Be(key.Public);
        EncryptedKeyFile.OpenSigningKey(pem, "wrong horse").Fault.Code.Should().BeOneOf(FaultCode.KeyFileLocked, FaultCode.KeyInvalid);
        EncryptedKeyFile.OpenSigningKey("nothing", "x").Fault.Code.Should().Be(FaultCode.KeyFileMalformed);
    }

    [Fact]
    public void A_key_file_that_asks_for_endless_work_is_refused_before_the_work()
    {
        using SealingKey key = SealingKey.FromSeed(Seed);
        string pem = EncryptedKeyFile.Write(key.ToPkcs8(), "p", iterations: 70_000);
        byte[] der = Convert.FromBase64String(string.Concat(pem.Split('\n')[1..^2]));
        int at = der.AsSpan().IndexOf((byte[])[0x02, 0x03, 0x01, 0x11, 0x70]);
        byte[] hostile = [.. der[..at], 0x02, 0x03, 0x7f, 0xff, 0xff, .. der[(at + 5)..]];
        EncryptedKeyFile.OpenSealingKey(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", hostile), "p").Fault.Code.Should().Be(FaultCode.FormatLimit);
        using SealingKey opened = EncryptedKeyFile.OpenSealingKey(pem, "p").Value;
        opened.Public.Should().Be(key.Public);
    }

    [Fact]
    public void A_cose_message_verifies_over_exactly_its_header_and_payload()
    {
        using SigningKey key = SigningKey.FromSeed(Seed);
        byte[] message = CoseSign1.Sign(key, [0xa1, 0x01, 0x26], "payload"u8);
        CoseSign1 decoded = CoseSign1.Decode(message).Value;
        decoded.Verify(key.Public).Should().BeTrue();
        decoded.UnprotectedIsEmpty.Should().BeTrue();
        for (int i = 0; i < message.Length; i++)
        {
            byte[] changed = [.. message];
            changed[i] ^= 1;
            Result<CoseSign1> result = CoseSign1.Decode(changed);
            if (result.IsOk) (result.Value.Verify(key.Public) && result.Value.UnprotectedIsEmpty).Should().BeFalse($"byte {i} was changed");
        }
    }
}
