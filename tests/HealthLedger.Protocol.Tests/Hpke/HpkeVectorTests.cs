using System.Text.Json;
using HealthLedger.Protocol.Hpke;
using HealthLedger.Protocol.Keys;
using HealthLedger.TestMaterial;

namespace HealthLedger.Protocol.Tests.Hpke;

public class HpkeVectorTests
{
    [Fact]
    public void The_vectors_of_rfc_9180_for_our_suite_hold_in_both_directions()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("crypto-vectors/hpke-rfc9180/hpke-p256-vectors.json")));
        int suites = 0, messages = 0, exports = 0;
        foreach (JsonElement vector in document.RootElement.EnumerateArray())
        {
            if (Number(vector, "mode") != 0 || Number(vector, "kem_id") != 16 || Number(vector, "kdf_id") != 1 || Number(vector, "aead_id") != 2) continue;
            suites++;
            using SealingKey ephemeral = HpkeBase.DeriveKeyPair(Hex(vector, "ikmE")), recipient = HpkeBase.DeriveKeyPair(Hex(vector, "ikmR"));
            ephemeral.ToScalar().Should().Equal(Hex(vector, "skEm"));
            recipient.ToScalar().Should().Equal(Hex(vector, "skRm"));
            recipient.Public.Sec1.ToArray().Should().Equal(Hex(vector, "pkRm"));
            ephemeral.Public.Sec1.ToArray().Should().Equal(Hex(vector, "enc"));
            using HpkeContext sender = HpkeContext.ForSender(ephemeral, recipient.Public, Hex(vector, "info"));
            using HpkeContext receiver = HpkeContext.ForRecipient(recipient, Hex(vector, "enc"), Hex(vector, "info")).Value;
            // The file gives messages 0, 1, 2, 4, 10, 32, 64 and so on by their nonces; the ones between are counted through.
            byte[] baseNonce = Hex(vector, "base_nonce");
            int sequence = 0;
            foreach (JsonElement message in vector.GetProperty("encryptions").EnumerateArray())
            {
                byte[] nonce = Hex(message, "nonce");
                int wanted = ((nonce[10] ^ baseNonce[10]) << 8) | (nonce[11] ^ baseNonce[11]);
                for (; sequence < wanted; sequence++) receiver.Open([], sender.Seal([], [])).IsOk.Should().BeTrue();
                sender.Seal(Hex(message, "aad"), Hex(message, "pt")).Should().Equal(Hex(message, "ct"));
                receiver.Open(Hex(message, "aad"), Hex(message, "ct")).Value.Should().Equal(Hex(message, "pt"));
                sequence++;
                messages++;
            }
            foreach (JsonElement export in vector.GetProperty("exports").EnumerateArray())
            {
                sender.Export(Hex(export, "exporter_context"), Number(export, "L")).Should().Equal(Hex(export, "exported_value"));
                exports++;
            }
            JsonElement first = vector.GetProperty("encryptions")[0];
            HpkeBase.Seal(ephemeral, recipient.Public, Hex(vector, "info"), Hex(first, "aad"), Hex(first, "pt")).Ciphertext.Should().Equal(Hex(first, "ct"));
        }
        suites.Should().Be(1);
        messages.Should().BeGreaterThanOrEqualTo(10);
        exports.Should().BePositive();
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);
}
