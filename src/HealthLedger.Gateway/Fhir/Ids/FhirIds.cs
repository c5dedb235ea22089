using System.Buffers.Binary;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Gateway.Fhir.Ids;

/// <summary>
/// FHIR ids and what they stand for. A patient's id is the 52-character id of the patient's DID; any other resource's id is the lower-case base32
/// [RFC 4648 §6, no padding] of its 16-byte resource id, 26 characters of which the last carries three bits. No table: one follows from the other.
/// </summary>
internal static class FhirIds
{
    private const int TextLength = 26;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>The FHIR id of a resource.</summary>
    public static string Of(Id16 resource) => string.Create(TextLength, resource, static (text, id) =>
    {
        UInt128 bits = BinaryPrimitives.ReadUInt128BigEndian(id.Bytes);
        // 128 bits are 25 characters and three bits.
        text[TextLength - 1] = Alphabet[(int)(bits & 7) << 2];
        bits >>= 3;
        for (int i = TextLength - 2; i >= 0; i--, bits >>= 5) text[i] = Alphabet[(int)(bits & 31)];
    });

    /// <summary>The FHIR id of a patient.</summary>
    public static string Of(LedgerDid patient) => Base32.Encode(patient.Id);

    /// <summary>The resource of an id; false for what <see cref="Of(Id16)"/> never gives.</summary>
    public static bool TryResource(string text, out Id16 resource)
    {
        resource = default;
        if (text.Length != TextLength) return false;
        UInt128 bits = 0;
        for (int i = 0; i < TextLength; i++)
        {
            int value = text[i] switch { >= 'a' and <= 'z' => text[i] - 'a', >= '2' and <= '7' => text[i] - '2' + 26, _ => -1 };
            if (value < 0 || (i == TextLength - 1 && (value & 3) != 0)) return false;
            bits = i == TextLength - 1 ? (bits << 3) | (uint)(value >> 2) : (bits << 5) | (uint)value;
        }
        Span<byte> bytes = stackalloc byte[Id16.Length];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        resource = new Id16(bytes);
        return true;
    }

    /// <summary>The patient of an id, in this network.</summary>
    public static bool TryPatient(string network, string text, out LedgerDid patient)
    {
        bool known = Base32.TryDecodeHash(text, out Hash32 id);
        patient = new LedgerDid(network, id);
        return known;
    }
}
