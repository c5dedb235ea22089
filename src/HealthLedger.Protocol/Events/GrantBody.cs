using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Events;

/// <summary>400 grant.create: who may do what with which segments, for what, from when until when, how many times.</summary>
public sealed record GrantBody
{
    /// <summary>1: a random id, new under its subject.</summary>
    public required Id16 Grant { get; init; }

    /// <summary>2: the organization that may.</summary>
    public required LedgerDid Grantee { get; init; }

    /// <summary>3: the segments, ascending.</summary>
    public required IReadOnlyList<Id16> Segments { get; init; }

    /// <summary>4: the purposes of use, ascending.</summary>
    public required IReadOnlyList<Purpose> Purposes { get; init; }

    /// <summary>5: the first millisecond.</summary>
    public required long From { get; init; }

    /// <summary>6: the first millisecond after; exclusive.</summary>
    public required long Until { get; init; }

    /// <summary>7: to read, to deposit, or both.</summary>
    public required Rights Rights { get; init; }

    /// <summary>8: the sealed keys for the grantee.</summary>
    public required IReadOnlyList<Hash32> Objects { get; init; }

    /// <summary>9: how many permits it gives; null for any number.</summary>
    public uint? Uses { get; init; }

    /// <summary>10: the one person who may use it, as a commitment; null for all of the grantee.</summary>
    public Hash32? Person { get; init; }

    /// <summary>11: the only records it opens, ascending; null for all.</summary>
    public IReadOnlyList<Hash32>? Records { get; init; }

    /// <summary>12: it opens only records committed from the first time until, exclusive, the second; null for all.</summary>
    public (long From, long Until)? Ledger { get; init; }

    /// <summary>13: the consent's words, sealed in the vault.</summary>
    public Hash32? Words { get; init; }

    /// <summary>14: given by a steward.</summary>
    public bool Stewarded { get; init; }

    /// <summary>True when it opens single records only, which an access must then name.</summary>
    public bool IsNarrow => Records is not null || Ledger is not null;

    /// <summary>Decodes a body.</summary>
    public static Result<GrantBody> Decode(ReadOnlySpan<byte> body)
    {
        CborReader reader = new(body);
        uint seen = 0;
        Id16 grant = default;
        LedgerDid grantee = default;
        Id16[] segments = [];
        Purpose[] purposes = [];
        long from = 0, until = 0;
        Rights rights = Rights.None;
        Hash32[] objects = [];
        uint? uses = null;
        Hash32? person = null, words = null;
        Hash32[]? records = null;
        (long, long)? ledger = null;
        bool stewarded = false;
        int pairs = reader.ReadMapStart();
        while (reader.NextKey(ref pairs, out int field))
        {
            switch (field)
            {
                case 1: grant = reader.ReadId16(); break;
                case 2: grantee = BodyFields.ReadDid(ref reader); break;
                case 3: segments = BodyFields.ReadIds(ref reader, 1, BodyLimits.Segments); break;
                case 4: purposes = ReadPurposes(ref reader); break;
                case 5: from = reader.ReadTime(); break;
                case 6: until = reader.ReadTime(); break;
                case 7: rights = (Rights)reader.ReadUInt((ulong)(Rights.Read | Rights.Deposit)); break;
                case 8: objects = BodyFields.ReadHashes(ref reader, 0, BodyLimits.Objects, ascending: false); break;
                case 9: uses = (uint)reader.ReadUInt(BodyLimits.Uses); break;
                case 10: person = reader.ReadHash(); break;
                case 11: records = BodyFields.ReadHashes(ref reader, 1, BodyLimits.Records, ascending: true); break;
                case 12:
                    reader.ReadArrayStart(2);
                    long ledgerFrom = reader.ReadTime();
                    ledger = (ledgerFrom, reader.ReadTime());
                    break;
                case 13: words = reader.ReadHash(); break;
                case 14:
                    stewarded = reader.ReadBool();
                    if (!stewarded) reader.Fail("Field 14 is true or absent.");
                    break;
                default: BodyFields.Unknown(ref reader, field); break;
            }
            if (field is > 0 and < 32) seen |= 1u << field;
        }
        if (!reader.Failed) CheckValues(ref reader, from, until, rights, uses, ledger, records is not null);
        if (!BodyFields.Complete(ref reader, seen, 0b1_1111_1110)) return reader.Fault;
        return new GrantBody
        {
            Grant = grant, Grantee = grantee, Segments = segments, Purposes = purposes, From = from, Until = until, Rights = rights,
            Objects = objects, Uses = uses, Person = person, Records = records, Ledger = ledger, Words = words, Stewarded = stewarded,
        };
    }

    /// <summary>Writes the canonical CBOR.</summary>
    public void Encode(CborWriter writer)
    {
        int optional = (Uses is null ? 0 : 1) + (Person is null ? 0 : 1) + (Records is null ? 0 : 1) + (Ledger is null ? 0 : 1) + (Words is null ? 0 : 1) + (Stewarded ? 1 : 0);
        writer.WriteMapStart(8 + optional);
        writer.WriteUInt(1);
        writer.WriteId16(Grant);
        writer.WriteUInt(2);
        writer.WriteText(Grantee.ToString());
        writer.WriteUInt(3);
        BodyFields.WriteIds(writer, Segments);
        writer.WriteUInt(4);
        writer.WriteArrayStart(Purposes.Count);
        foreach (Purpose purpose in Purposes) writer.WriteUInt((ulong)purpose);
        WriteUInt(writer, 5, (ulong)From);
        WriteUInt(writer, 6, (ulong)Until);
        WriteUInt(writer, 7, (ulong)Rights);
        writer.WriteUInt(8);
        BodyFields.WriteHashes(writer, Objects);
        if (Uses is { } uses) WriteUInt(writer, 9, uses);
        if (Person is { } person) WriteHash(writer, 10, person);
        if (Records is not null)
        {
            writer.WriteUInt(11);
            BodyFields.WriteHashes(writer, Records);
        }
        if (Ledger is { } ledger)
        {
            writer.WriteUInt(12);
            writer.WriteArrayStart(2);
            writer.WriteUInt((ulong)ledger.From);
            writer.WriteUInt((ulong)ledger.Until);
        }
        if (Words is { } words) WriteHash(writer, 13, words);
        if (!Stewarded) return;
        writer.WriteUInt(14);
        writer.WriteBool(true);
    }

    private static void CheckValues(ref CborReader reader, long from, long until, Rights rights, uint? uses, (long From, long Until)? ledger, bool records)
    {
        if (rights == Rights.None) reader.Fail("A grant has at least one right.", FaultCode.FormatValue);
        if (from >= until) reader.Fail("A grant ends after it begins.", FaultCode.FormatValue);
        if (uses == 0) reader.Fail("A grant has at least one use.", FaultCode.FormatValue);
        if (ledger is { } limit && limit.From >= limit.Until) reader.Fail("A range of ledger times ends after it begins.", FaultCode.FormatValue);
        if ((records || ledger is not null) && rights.HasFlag(Rights.Deposit)) reader.Fail("A grant for single records only reads.", FaultCode.FormatValue);
    }

    private static Purpose[] ReadPurposes(ref CborReader reader)
    {
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count is 0 or > (int)Purpose.Marketing) reader.Fail("A grant has one to twelve purposes.", FaultCode.FormatLimit);
        if (reader.Failed) return [];
        Purpose[] purposes = new Purpose[count];
        for (int i = 0; i < count; i++)
        {
            purposes[i] = BodyFields.ReadPurpose(ref reader);
            if (i > 0 && purposes[i - 1] >= purposes[i]) BodyFields.FailOrder(ref reader);
        }
        return purposes;
    }

    private static void WriteUInt(CborWriter writer, uint key, ulong value)
    {
        writer.WriteUInt(key);
        writer.WriteUInt(value);
    }

    private static void WriteHash(CborWriter writer, uint key, Hash32 hash)
    {
        writer.WriteUInt(key);
        writer.WriteHash(hash);
    }
}
