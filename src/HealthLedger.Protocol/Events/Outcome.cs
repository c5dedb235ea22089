using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Events;

/// <summary>
/// What the rules decided about one event and why, as it stands in the entry (FORMATS.md section 2):
/// <c>{1: kind, ? 2: reason, ? 3: first, ? 4: count, ? 5: root, ? 6: grant}</c>. Absent fields are null. Which fields a kind has:
/// <code>
/// applied    root, the configuration's hash, where the event decided one; otherwise none
/// duplicate  first
/// refused    reason
/// permitted  reason (by whose authority), count, root, grant if one was used
/// denied     reason
/// </code>
/// </summary>
public readonly record struct Outcome
{
    /// <summary>What became of the event.</summary>
    public OutcomeKind Kind { get; private init; }

    /// <summary>The number of a fault code; of a permit, the authority it rests on.</summary>
    public FaultCode? Reason { get; private init; }

    /// <summary>The leaf index of the entry that this one repeats.</summary>
    public long? First { get; private init; }

    /// <summary>How many record events the permit opens.</summary>
    public long? Count { get; private init; }

    /// <summary>The root of the list of them; of an event that decided a configuration, its hash.</summary>
    public Hash32? Root { get; private init; }

    /// <summary>The grant that the permit rests on.</summary>
    public Id16? Grant { get; private init; }

    /// <summary>True for an outcome under which the event did what it was to do: applied, duplicate and permitted.</summary>
    public bool IsGood => Kind is OutcomeKind.Applied or OutcomeKind.Duplicate or OutcomeKind.Permitted;

    /// <summary>The event holds.</summary>
    public static Outcome Applied => new() { Kind = OutcomeKind.Applied };

    /// <summary>The event holds, and with it the configuration of this hash is decided.</summary>
    public static Outcome Decided(Hash32 configuration) => new() { Kind = OutcomeKind.Applied, Root = configuration };

    /// <summary>The event repeats the entry at a leaf index.</summary>
    public static Outcome Duplicate(long first) => new() { Kind = OutcomeKind.Duplicate, First = first };

    /// <summary>The event broke a rule.</summary>
    public static Outcome Refused(FaultCode reason) => new() { Kind = OutcomeKind.Refused, Reason = reason };

    /// <summary>The access is not allowed.</summary>
    public static Outcome Denied(FaultCode reason) => new() { Kind = OutcomeKind.Denied, Reason = reason };

    /// <summary>The access is allowed, by the authority that <paramref name="reason"/> names, and opens the list described.</summary>
    public static Outcome Permitted(FaultCode reason, long count, Hash32 root, Id16? grant) =>
        new() { Kind = OutcomeKind.Permitted, Reason = reason, Count = count, Root = root, Grant = grant };

    /// <summary>Writes the canonical CBOR.</summary>
    public void Write(CborWriter writer)
    {
        writer.WriteMapStart(1 + (Reason is null ? 0 : 1) + (First is null ? 0 : 1) + (Count is null ? 0 : 1) + (Root is null ? 0 : 1) + (Grant is null ? 0 : 1));
        writer.WriteUInt(1);
        writer.WriteUInt((ulong)Kind);
        if (Reason is { } reason)
        {
            writer.WriteUInt(2);
            writer.WriteUInt((ulong)reason);
        }
        if (First is { } first)
        {
            writer.WriteUInt(3);
            writer.WriteCount(first);
        }
        if (Count is { } count)
        {
            writer.WriteUInt(4);
            writer.WriteCount(count);
        }
        if (Root is { } root)
        {
            writer.WriteUInt(5);
            writer.WriteHash(root);
        }
        if (Grant is { } grant)
        {
            writer.WriteUInt(6);
            writer.WriteId16(grant);
        }
    }

    /// <summary>Reads one outcome in place; fails the reader where the fields are not those of the kind.</summary>
    public static Outcome Read(ref CborReader reader)
    {
        Outcome outcome = default;
        bool hasKind = false;
        int pairs = reader.ReadMapStart();
        while (reader.NextKey(ref pairs, out int key))
        {
            switch (key)
            {
                case 1: (outcome, hasKind) = (outcome with { Kind = (OutcomeKind)reader.ReadUInt((ulong)OutcomeKind.Denied) }, true); break;
                case 2: outcome = outcome with { Reason = (FaultCode)reader.ReadUInt(ushort.MaxValue) }; break;
                case 3: outcome = outcome with { First = reader.ReadCount() }; break;
                case 4: outcome = outcome with { Count = reader.ReadCount() }; break;
                case 5: outcome = outcome with { Root = reader.ReadHash() }; break;
                case 6: outcome = outcome with { Grant = reader.ReadId16() }; break;
                default: reader.Fail($"An outcome has no field {key}."); break;
            }
        }
        if (!reader.Failed && !(hasKind && outcome.HasTheFieldsOfItsKind())) reader.Fail("An outcome has exactly the fields of its kind.");
        return reader.Failed ? default : outcome;
    }

    /// <summary>Decodes one outcome and nothing behind it.</summary>
    public static Result<Outcome> Decode(ReadOnlySpan<byte> encoded)
    {
        CborReader reader = new(encoded);
        Outcome outcome = Read(ref reader);
        return reader.End() ? outcome : reader.Fault;
    }

    private bool HasTheFieldsOfItsKind() => Kind switch
    {
        OutcomeKind.Applied => Reason is null && First is null && Count is null && Grant is null,
        OutcomeKind.Duplicate => Reason is null && First is not null && Count is null && Root is null && Grant is null,
        OutcomeKind.Permitted => Reason is not null && First is null && Count is not null && Root is not null,
        _ => Reason is not null && First is null && Count is null && Root is null && Grant is null,
    };
}
