using HealthLedger.Protocol;

namespace HealthLedger.Rules.State;

/// <summary>What a subject is.</summary>
public enum IdentityKind : byte
{
    /// <summary>A patient.</summary>
    Patient = 1,

    /// <summary>An organization's own subject, for shared resources.</summary>
    Organization = 2,
}

/// <summary>A key that was replaced and still signs until its end.</summary>
/// <param name="KeyId">The key.</param>
/// <param name="End">The first millisecond at which it no longer signs.</param>
public readonly record struct EndingKey(Hash32 KeyId, long End);

/// <summary>
/// An identity.
/// <code>
/// u8 kind | u8 flags: 1 steward, 2 claimed | hash steward | hash current key (zero: none) | i64 inception's leaf | u8 n | n x (hash key, i64 end)
/// </code>
/// </summary>
public sealed record IdentityRow
{
    /// <summary>What the subject is.</summary>
    public required IdentityKind Kind { get; init; }

    /// <summary>The organization that acts for the patient until the claim; null when there is none, or no longer.</summary>
    public Hash32? Steward { get; init; }

    /// <summary>True after a wallet has taken over from a steward.</summary>
    public bool Claimed { get; init; }

    /// <summary>The one key without an end; null while a steward acts, and for organizations, whose keys are the directory's.</summary>
    public Hash32? CurrentKey { get; init; }

    /// <summary>The leaf index of the inception's entry.</summary>
    public required long Leaf { get; init; }

    /// <summary>Replaced keys that had not ended at the last rotation.</summary>
    public IReadOnlyList<EndingKey> Ending { get; init; } = [];

    internal byte[] Encode(RowWriter writer)
    {
        writer.Start().U8((int)Kind).U8((Steward is null ? 0 : 1) | (Claimed ? 2 : 0)).Hash(Steward ?? default).Hash(CurrentKey ?? default).I64(Leaf).U8(Ending.Count);
        foreach (EndingKey key in Ending) writer.Hash(key.KeyId).I64(key.End);
        return writer.ToArray();
    }

    internal static IdentityRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        IdentityKind kind = (IdentityKind)row.U8();
        int flags = row.U8();
        Hash32 steward = row.Hash(), current = row.Hash();
        long leaf = row.I64();
        int count = row.U8();
        EndingKey[] ending = count == 0 ? [] : new EndingKey[count];
        for (int i = 0; i < count; i++) ending[i] = new EndingKey(row.Hash(), row.I64());
        return new IdentityRow
        {
            Kind = kind,
            Steward = (flags & 1) != 0 ? steward : null,
            Claimed = (flags & 2) != 0,
            CurrentKey = current.IsZero ? null : current,
            Leaf = leaf,
            Ending = ending,
        };
    }
}
