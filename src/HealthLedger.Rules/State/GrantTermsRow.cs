using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Rules.State;

/// <summary>What a grant said: <c>i64 leaf | i64 block time | body</c>. Never changed.</summary>
internal static class GrantTermsRow
{
    public static byte[] Encode(RowWriter writer, long leaf, long time, ReadOnlySpan<byte> body) => writer.Start().I64(leaf).I64(time).Bytes(body).ToArray();

    public static (long Leaf, long Time, GrantBody Body) Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        return (row.I64(), row.I64(), GrantBody.Decode(row.Rest).Value);
    }

    public static long Leaf(ReadOnlySpan<byte> value) => new RowParser(value).I64();
}

/// <summary>How a grant, or the last one of a grantee, ended.</summary>
public enum GrantEnding : byte
{
    /// <summary>The patient revoked it.</summary>
    Revoked = 1,

    /// <summary>Its time was over, and its closing entry says so.</summary>
    Expired = 2,

    /// <summary>Its uses were used up, and its closing entry says so.</summary>
    UsedUp = 3,
}

/// <summary>How a grant ended: <c>u8 ending | i64 leaf | i64 block time</c>.</summary>
/// <param name="Ending">Why.</param>
/// <param name="Leaf">The leaf index of the revocation or closing entry.</param>
/// <param name="Time">The block's time, in milliseconds since 1970.</param>
public readonly record struct GrantEndRow(GrantEnding Ending, long Leaf, long Time)
{
    internal byte[] Encode(RowWriter writer) => writer.Start().U8((int)Ending).I64(Leaf).I64(Time).ToArray();

    internal static GrantEndRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        return new GrantEndRow((GrantEnding)row.U8(), row.I64(), row.I64());
    }
}
