using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Events;

/// <summary>The fields of bodies that <see cref="FormatItems"/> does not have: bounded and ascending lists, purposes, and what every body refuses.</summary>
internal static class BodyFields
{
    /// <summary>A map of exactly so many pairs.</summary>
    public static void ReadMap(ref CborReader reader, int pairs)
    {
        int count = reader.ReadMapStart();
        if (!reader.Failed && count != pairs) reader.Fail($"The body has {count} fields instead of {pairs}.");
    }

    public static LedgerDid ReadDid(ref CborReader reader)
    {
        string text = reader.ReadText(LedgerDid.TextLengthMax);
        if (reader.Failed) return default;
        if (LedgerDid.Parse(text).TryGet(out LedgerDid did, out Fault fault)) return did;
        reader.Fail(fault.Message, fault.Code);
        return default;
    }

    public static Hash32[] ReadHashes(ref CborReader reader, int least, int most, bool ascending)
    {
        int count = ReadCount(ref reader, least, most);
        if (reader.Failed || count == 0) return [];
        Hash32[] hashes = new Hash32[count];
        for (int i = 0; i < count; i++)
        {
            hashes[i] = reader.ReadHash();
            if (ascending && i > 0 && hashes[i - 1].CompareTo(hashes[i]) >= 0) FailOrder(ref reader);
        }
        return hashes;
    }

    public static void WriteHashes(CborWriter writer, IReadOnlyList<Hash32> hashes)
    {
        writer.WriteArrayStart(hashes.Count);
        foreach (Hash32 hash in hashes) writer.WriteHash(hash);
    }

    /// <summary>Identifiers in ascending order, none twice.</summary>
    public static Id16[] ReadIds(ref CborReader reader, int least, int most)
    {
        int count = ReadCount(ref reader, least, most);
        if (reader.Failed) return [];
        Id16[] ids = new Id16[count];
        for (int i = 0; i < count; i++)
        {
            ids[i] = reader.ReadId16();
            if (i > 0 && ids[i - 1].CompareTo(ids[i]) >= 0) FailOrder(ref reader);
        }
        return ids;
    }

    public static void WriteIds(CborWriter writer, IReadOnlyList<Id16> ids)
    {
        writer.WriteArrayStart(ids.Count);
        foreach (Id16 id in ids) writer.WriteId16(id);
    }

    /// <summary>A purpose of use, or a failed reader.</summary>
    public static Purpose ReadPurpose(ref CborReader reader)
    {
        ulong value = reader.ReadUInt((ulong)Purpose.Marketing);
        if (!reader.Failed && value == 0) reader.Fail("There is no purpose of use 0.", FaultCode.FormatValue);
        return (Purpose)value;
    }

    /// <summary>Ends a map: every field whose bit is in <paramref name="required"/> must have been seen.</summary>
    public static bool Complete(ref CborReader reader, uint seen, uint required)
    {
        if (!reader.Failed && (seen & required) != required)
            reader.Fail($"Field {System.Numerics.BitOperations.TrailingZeroCount(required & ~seen)} is missing.");
        return reader.End();
    }

    /// <summary>Refuses a field that the body does not have.</summary>
    public static void Unknown(ref CborReader reader, int key) => reader.Fail($"The body has no field {key}.");

    public static void FailOrder(ref CborReader reader) => reader.Fail("The list is not ascending, or names something twice.", FaultCode.FormatValue);

    private static int ReadCount(ref CborReader reader, int least, int most)
    {
        int count = reader.ReadArrayStart();
        if (!reader.Failed && (count < least || count > most)) reader.Fail($"The list has {count} items; {least} to {most} are allowed.", FaultCode.FormatLimit);
        return reader.Failed ? 0 : count;
    }
}
