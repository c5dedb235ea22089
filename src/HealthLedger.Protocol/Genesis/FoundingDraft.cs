using System.Collections.Immutable;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Genesis;

/// <summary>
/// A genesis that its founders have not signed yet: the bytes that each of them looks at and signs. Everything but the signatures has been checked.
/// Immutable.
/// </summary>
public sealed class FoundingDraft
{
    private readonly GenesisMap _map;

    private FoundingDraft(ReadOnlyMemory<byte> bytes, GenesisMap map) => (Bytes, _map, Hash) = (bytes, map, GenesisFile.HashOf(bytes.Span));

    /// <summary>The map's bytes: the whole file.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The genesis hash that the network will have.</summary>
    public Hash32 Hash { get; }

    /// <summary>The network's name.</summary>
    public string Network => _map.Network;

    /// <summary>When it is founded, in milliseconds since 1970.</summary>
    public long Time => _map.Time;

    /// <summary>Shards, the directory not counted.</summary>
    public int Shards => _map.Shards;

    /// <summary>The founders in order.</summary>
    public ImmutableArray<Member> Members => _map.Members;

    /// <summary>The organizations that the directory starts with.</summary>
    public ImmutableArray<Organization> Organizations => _map.Organizations;

    /// <summary>Reads and checks a draft: form, distinct keys, each member's certification. One verification a member.</summary>
    public static Result<FoundingDraft> Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > GenesisFile.BytesMax) return new Fault(FaultCode.FormatLimit, $"A genesis file has at most {GenesisFile.BytesMax} bytes.");
        return GenesisMap.Decode(bytes.Span).TryGet(out GenesisMap? map, out Fault fault) ? new FoundingDraft(bytes, map) : fault;
    }

    /// <summary>The index of the founder with an identity key; -1 where it is none.</summary>
    public int IndexOf(PublicKey identity)
    {
        for (int i = 0; i < Members.Length; i++)
            if (Members[i].Identity.KeyId == identity.KeyId) return i;
        return -1;
    }

    /// <summary>A founder's signature: one signature.</summary>
    public FoundingSignature Sign(ISigner identity) => new(Hash, identity.Public, GenesisBuilder.Sign(Bytes.Span, identity));

    /// <summary>The genesis of the draft and all founders' signatures, in any order.</summary>
    public Result<GenesisFile> Assemble(IEnumerable<FoundingSignature> signatures)
    {
        byte[]?[] byMember = new byte[]?[Members.Length];
        foreach (FoundingSignature signature in signatures)
        {
            if (signature.Draft != Hash) return new Fault(FaultCode.ProofInvalid, "A signature is of another draft.");
            if (IndexOf(signature.Identity) is not (>= 0 and var member)) return new Fault(FaultCode.SignerUnknown, "A signature is by none of the founders.");
            byMember[member] = signature.Signature;
        }
        int missing = Array.IndexOf(byMember, null);
        return missing >= 0 ? new Fault(FaultCode.SignatureInvalid, $"{Members[missing].Name} has not signed yet.") : GenesisBuilder.Assemble(Bytes.Span, byMember!);
    }
}
