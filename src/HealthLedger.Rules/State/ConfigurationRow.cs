using HealthLedger.Protocol;

namespace HealthLedger.Rules.State;

/// <summary>
/// A configuration that was decided; number 0 is the genesis's.
/// <code>
/// i64 height | i64 leaf | hash | u32 rules' version | u16 n | n x hash member's did | configuration's bytes (none for number 0)
/// </code>
/// </summary>
public sealed record ConfigurationRow
{
    /// <summary>The height of shard 0 that decided it: stop signs name it, and what it says of organizations holds from there on. 0 for number 0.</summary>
    public required long DecidedHeight { get; init; }

    /// <summary>The leaf index of the entry that decided it; 0 for number 0.</summary>
    public required long Leaf { get; init; }

    /// <summary>Its hash; of number 0, the genesis hash.</summary>
    public required Hash32 Hash { get; init; }

    /// <summary>The version of the rules that its blocks are decided by.</summary>
    public required int RulesVersion { get; init; }

    /// <summary>The dids' ids of its members, by index.</summary>
    public required IReadOnlyList<Hash32> Members { get; init; }

    /// <summary>The encoded configuration; empty for number 0, which the genesis file has.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    internal byte[] Encode(RowWriter writer)
    {
        writer.Start().I64(DecidedHeight).I64(Leaf).Hash(Hash).U32((uint)RulesVersion).U16(Members.Count);
        foreach (Hash32 member in Members) writer.Hash(member);
        return writer.Bytes(Bytes.Span).ToArray();
    }

    internal static ConfigurationRow Decode(ReadOnlySpan<byte> value)
    {
        RowParser row = new(value);
        long height = row.I64(), leaf = row.I64();
        Hash32 hash = row.Hash();
        int rulesVersion = (int)row.U32();
        Hash32[] members = new Hash32[row.U16()];
        for (int i = 0; i < members.Length; i++) members[i] = row.Hash();
        return new ConfigurationRow { DecidedHeight = height, Leaf = leaf, Hash = hash, RulesVersion = rulesVersion, Members = members, Bytes = row.Rest.ToArray() };
    }
}
