using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Rules.State;

/// <summary>
/// One line of a patient's log: who did, or tried, what.
/// <code>
/// u16 type | u8 outcome | u16 reason (0: none) | i64 time | hash issuer | hash acting | u8 flags
/// and as flagged: 1 purpose u8, role u8, person hash, note hash, count i64 | 2 grant id | 4 grantee hash | 8 segment id | 16 record hash
/// </code>
/// </summary>
public readonly record struct LogRow
{
    /// <summary>The event's type.</summary>
    public required uint Type { get; init; }

    /// <summary>What became of it.</summary>
    public required OutcomeKind Kind { get; init; }

    /// <summary>Why; null where the outcome has no reason.</summary>
    public FaultCode? Reason { get; init; }

    /// <summary>The block's time, in milliseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>The identity whose authority was used.</summary>
    public required Hash32 Issuer { get; init; }

    /// <summary>The identity whose key signed: the steward where one acts, otherwise the issuer.</summary>
    public required Hash32 Acting { get; init; }

    /// <summary>What an access adds; null for other events.</summary>
    public LogAccess? Access { get; init; }

    /// <summary>The grant that was made, ended or used.</summary>
    public Id16? Grant { get; init; }

    /// <summary>Whom the grant is for.</summary>
    public Hash32? Grantee { get; init; }

    /// <summary>The segment that was opened, rotated or written to.</summary>
    public Id16? Segment { get; init; }

    /// <summary>The record that was added or retracted.</summary>
    public Hash32? Record { get; init; }

    internal byte[] Encode(RowWriter writer)
    {
        int flags = (Access is null ? 0 : 1) | (Grant is null ? 0 : 2) | (Grantee is null ? 0 : 4) | (Segment is null ? 0 : 8) | (Record is null ? 0 : 16);
        writer.Start().U16((int)Type).U8((int)Kind).U16((int)(Reason ?? 0)).I64(Time).Hash(Issuer).Hash(Acting).U8(flags);
        if (Access is { } access) writer.U8((int)access.Purpose).U8((int)access.Role).Hash(access.Person).Hash(access.Note).I64(access.Count);
        if (Grant is { } grant) writer.Id(grant);
        if (Grantee is { } grantee) writer.Hash(grantee);
        if (Segment is { } segment) writer.Id(segment);
        if (Record is { } record) writer.Hash(record);
        return writer.ToArray();
    }

    internal static LogRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        uint type = (uint)row.U16();
        OutcomeKind kind = (OutcomeKind)row.U8();
        int reason = row.U16();
        long time = row.I64();
        Hash32 issuer = row.Hash(), acting = row.Hash();
        int flags = row.U8();
        return new LogRow
        {
            Type = type,
            Kind = kind,
            Reason = reason == 0 ? null : (FaultCode)reason,
            Time = time,
            Issuer = issuer,
            Acting = acting,
            Access = (flags & 1) == 0 ? null : new LogAccess((Purpose)row.U8(), (Role)row.U8(), row.Hash(), row.Hash(), row.I64()),
            Grant = (flags & 2) == 0 ? null : row.Id(),
            Grantee = (flags & 4) == 0 ? null : row.Hash(),
            Segment = (flags & 8) == 0 ? null : row.Id(),
            Record = (flags & 16) == 0 ? null : row.Hash(),
        };
    }
}

/// <summary>What a line of the log says about an access.</summary>
/// <param name="Purpose">The purpose of use.</param>
/// <param name="Role">The person's role.</param>
/// <param name="Person">The commitment to the person.</param>
/// <param name="Note">The note that opens it.</param>
/// <param name="Count">Record events that a permit opened; 0 for a denial.</param>
public readonly record struct LogAccess(Purpose Purpose, Role Role, Hash32 Person, Hash32 Note, long Count);
