using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Events;

/// <summary>
/// 500 access.request. It names segments (all records of them), or records, or neither: everything that the issuer may read at
/// that place in the order.
/// </summary>
public sealed record AccessBody
{
    /// <summary>1: the purpose of use.</summary>
    public required Purpose Purpose { get; init; }

    /// <summary>2: the commitment to the natural person who reads.</summary>
    public required Hash32 Person { get; init; }

    /// <summary>3: the person's role.</summary>
    public required Role Role { get; init; }

    /// <summary>4: the note that opens the commitment, sealed in the vault.</summary>
    public required Hash32 Note { get; init; }

    /// <summary>5: the segments, ascending; null for none named.</summary>
    public IReadOnlyList<Id16>? Segments { get; init; }

    /// <summary>6: the records, in the asker's order; null for none named.</summary>
    public IReadOnlyList<Hash32>? Records { get; init; }

    /// <summary>7: the grant to use; null leaves the choice to the rules.</summary>
    public Id16? Grant { get; init; }

    /// <summary>Decodes a body.</summary>
    public static Result<AccessBody> Decode(ReadOnlySpan<byte> body)
    {
        CborReader reader = new(body);
        uint seen = 0;
        Purpose purpose = default;
        Hash32 person = default, note = default;
        Role role = default;
        Id16[]? segments = null;
        Hash32[]? records = null;
        Id16? grant = null;
        int pairs = reader.ReadMapStart();
        while (reader.NextKey(ref pairs, out int field))
        {
            switch (field)
            {
                case 1: purpose = BodyFields.ReadPurpose(ref reader); break;
                case 2: person = reader.ReadHash(); break;
                case 3: role = (Role)reader.ReadUInt((ulong)Role.EmergencyClinician); break;
                case 4: note = reader.ReadHash(); break;
                case 5: segments = BodyFields.ReadIds(ref reader, 1, BodyLimits.Segments); break;
                case 6: records = BodyFields.ReadHashes(ref reader, 1, BodyLimits.Records, ascending: false); break;
                case 7: grant = reader.ReadId16(); break;
                default: BodyFields.Unknown(ref reader, field); break;
            }
            if (field is > 0 and < 32) seen |= 1u << field;
        }
        if (!reader.Failed && (seen & 0b1000) != 0 && role == 0) reader.Fail("There is no role 0.", FaultCode.FormatValue);
        if (!reader.Failed && segments is not null && records is not null) reader.Fail("An access names segments or records, not both.");
        if (!BodyFields.Complete(ref reader, seen, 0b1_1110)) return reader.Fault;
        return new AccessBody { Purpose = purpose, Person = person, Role = role, Note = note, Segments = segments, Records = records, Grant = grant };
    }

    /// <summary>Writes the canonical CBOR.</summary>
    public void Encode(CborWriter writer)
    {
        writer.WriteMapStart(4 + (Segments is null ? 0 : 1) + (Records is null ? 0 : 1) + (Grant is null ? 0 : 1));
        writer.WriteUInt(1);
        writer.WriteUInt((ulong)Purpose);
        writer.WriteUInt(2);
        writer.WriteHash(Person);
        writer.WriteUInt(3);
        writer.WriteUInt((ulong)Role);
        writer.WriteUInt(4);
        writer.WriteHash(Note);
        if (Segments is not null)
        {
            writer.WriteUInt(5);
            BodyFields.WriteIds(writer, Segments);
        }
        if (Records is not null)
        {
            writer.WriteUInt(6);
            BodyFields.WriteHashes(writer, Records);
        }
        if (Grant is not { } grant) return;
        writer.WriteUInt(7);
        writer.WriteId16(grant);
    }
}
