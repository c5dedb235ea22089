using HealthLedger.Protocol;

namespace HealthLedger.Rules.State;

/// <summary>
/// A signing key of an identity: <c>65 bytes point | i64 from | i64 end</c>. It signs at block times from <see cref="From"/> and before
/// <see cref="End"/>.
/// </summary>
public sealed record KeyRow
{
    /// <summary>The end of a key that has none.</summary>
    public const long NoEnd = long.MaxValue;

    /// <summary>The uncompressed point.</summary>
    public required ReadOnlyMemory<byte> Sec1 { get; init; }

    /// <summary>Block time from which it signs, in milliseconds since 1970.</summary>
    public required long From { get; init; }

    /// <summary>The first millisecond at which it no longer signs; <see cref="NoEnd"/> for none.</summary>
    public required long End { get; init; }

    /// <summary>True when it signs at a block time.</summary>
    public bool IsValidAt(long time) => time >= From && time < End;

    internal byte[] Encode(RowWriter writer) => writer.Start().Bytes(Sec1.Span).I64(From).I64(End).ToArray();

    internal static KeyRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        return new KeyRow { Sec1 = row.Bytes(65).ToArray(), From = row.I64(), End = row.I64() };
    }
}
