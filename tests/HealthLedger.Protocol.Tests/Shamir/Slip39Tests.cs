using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HealthLedger.Protocol.Shamir;
using HealthLedger.TestMaterial;

namespace HealthLedger.Protocol.Tests.Shamir;

/// <summary>
/// SLIP-39 is another scheme (words, a digest, the secret at 255 and enciphered), but over the same field: its published shares show that our
/// interpolation is right beyond what we split ourselves.
/// </summary>
public class Slip39Tests
{
    [Fact]
    public void The_single_group_vectors_of_slip_39_give_their_master_secrets()
    {
        string[] words = File.ReadAllLines(SharedData.Require("crypto-vectors/slip39/shamir_mnemonic/wordlist.txt"));
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("crypto-vectors/slip39/vectors.json")));
        int combined = 0, shared = 0;
        foreach (JsonElement vector in document.RootElement.EnumerateArray())
        {
            string secret = vector[2].GetString()!;
            Mnemonic[] shares = [.. vector[1].EnumerateArray().Select(text => Mnemonic.Parse(text.GetString()!, words))];
            if (secret.Length == 0 || shares[0].GroupThreshold != 1 || shares.Any(share => share.Group != shares[0].Group)) continue;
            int threshold = shares[0].Threshold;
            byte[] enciphered = threshold == 1 ? shares[0].Value : ShamirSecret.Interpolate([.. shares.Select(share => new Share(share.Index, [], share.Value))], threshold, at: 255);
            Convert.ToHexStringLower(Decipher(enciphered, shares[0])).Should().Be(secret, vector[0].GetString());
            combined++;
            if (threshold > 1) shared++;
        }
        combined.Should().BeGreaterThanOrEqualTo(4);
        shared.Should().BeGreaterThanOrEqualTo(2);
    }

    private sealed record Mnemonic(int Id, bool Extendable, int Exponent, int Group, int GroupThreshold, byte Index, int Threshold, byte[] Value)
    {
        public static Mnemonic Parse(string text, string[] words)
        {
            int[] digits = [.. text.Split(' ').Select(word => Array.IndexOf(words, word))];
            int head = (digits[0] << 10) | digits[1], place = (digits[2] << 10) | digits[3];
            // The last three words are a checksum; the value is right-aligned in the words between, the padding in front is under 9 bits.
            BigInteger value = digits[4..^3].Aggregate(BigInteger.Zero, (sum, digit) => (sum << 10) | digit);
            int bytes = (digits.Length - 7) * 10 / 16 * 2;
            byte[] number = value.ToByteArray(isUnsigned: true, isBigEndian: true);
            byte[] padded = new byte[bytes];
            if (number.Length <= bytes) number.CopyTo(padded, bytes - number.Length);
            return new Mnemonic(head >> 5, (head >> 4 & 1) != 0, head & 15, place >> 16, (place >> 12 & 15) + 1, (byte)(place >> 4 & 15), (place & 15) + 1, padded);
        }
    }

    private static byte[] Decipher(byte[] enciphered, Mnemonic share)
    {
        byte[] salt = [];
        if (!share.Extendable)
        {
            salt = [.. "shamir"u8, 0, 0];
            BinaryPrimitives.WriteUInt16BigEndian(salt.AsSpan(6), (ushort)share.Id);
        }
        byte[] left = enciphered[..(enciphered.Length / 2)], right = enciphered[(enciphered.Length / 2)..];
        for (int round = 3; round >= 0; round--)
        {
            byte[] mask = Rfc2898DeriveBytes.Pbkdf2([(byte)round, .. Encoding.ASCII.GetBytes("TREZOR")], [.. salt, .. right], 2_500 << share.Exponent, HashAlgorithmName.SHA256, right.Length);
            (left, right) = (right, [.. left.Select((b, i) => (byte)(b ^ mask[i]))]);
        }
        return [.. right, .. left];
    }
}
