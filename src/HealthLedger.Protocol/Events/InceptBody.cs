using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Events;

/// <summary>100 identity.incept: <c>{1: kind, 2: salt, ? 3: key, ? 4: steward}</c>, exactly one of 3 and 4. Its hash is the identity.</summary>
public sealed record InceptBody
{
    /// <summary>The kind of a patient, the only one there is.</summary>
    public const uint PatientKind = 1;

    /// <summary>What makes the identity unguessable.</summary>
    public required Id16 Salt { get; init; }

    /// <summary>The patient's own key; null when a steward acts.</summary>
    public PublicKey? Key { get; init; }

    /// <summary>The organization that acts until the claim; null when the patient has a key.</summary>
    public LedgerDid? Steward { get; init; }

    /// <summary>Decodes a body.</summary>
    public static Result<InceptBody> Decode(ReadOnlySpan<byte> body)
    {
        CborReader reader = new(body);
        uint seen = 0;
        Id16 salt = default;
        PublicKey? key = null;
        LedgerDid? steward = null;
        int pairs = reader.ReadMapStart();
        while (reader.NextKey(ref pairs, out int field))
        {
            switch (field)
            {
                case 1: if (reader.ReadUInt(PatientKind) != PatientKind) reader.Fail("The kind of identity is not known.", FaultCode.Unsupported); break;
                case 2: salt = reader.ReadId16(); break;
                case 3: key = reader.ReadSigningKey(); break;
                case 4: steward = BodyFields.ReadDid(ref reader); break;
                default: BodyFields.Unknown(ref reader, field); break;
            }
            if (field is > 0 and < 32) seen |= 1u << field;
        }
        if (!reader.Failed && key is null == steward is null) reader.Fail("An identity has either a key or a steward.");
        return BodyFields.Complete(ref reader, seen, 0b110) ? new InceptBody { Salt = salt, Key = key, Steward = steward } : reader.Fault;
    }

    /// <summary>Writes the canonical CBOR.</summary>
    public void Encode(CborWriter writer)
    {
        writer.WriteMapStart(3);
        writer.WriteUInt(1);
        writer.WriteUInt(PatientKind);
        writer.WriteUInt(2);
        writer.WriteId16(Salt);
        if (Key is not null)
        {
            writer.WriteUInt(3);
            writer.WriteSigningKey(Key);
        }
        else if (Steward is { } steward)
        {
            writer.WriteUInt(4);
            writer.WriteText(steward.ToString());
        }
    }

    /// <summary>The id that certifies itself: the hash of an encoded inception body.</summary>
    public static Hash32 IdOf(ReadOnlySpan<byte> body) => Sha256.Hash(Domains.Did, body);
}
