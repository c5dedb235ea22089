using System.Collections.Immutable;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Genesis;

/// <summary>
/// The one file a verifier needs (FORMATS.md section 5): who founded the network, with which keys and how many shards, signed by every
/// founder. A value of this type has been verified whole. Immutable.
/// </summary>
public sealed class GenesisFile
{
    /// <summary>Most bytes of the file.</summary>
    public const int BytesMax = 8 * 1024 * 1024;

    /// <summary>Most organizations.</summary>
    public const int OrganizationsMax = 4096;

    /// <summary>The first field of the map.</summary>
    public const string Version = "healthledger/genesis/v1";

    private GenesisFile(ReadOnlyMemory<byte> bytes, Hash32 hash, GenesisMap map)
    {
        (Bytes, Hash, Network, Time, Shards) = (bytes, hash, map.Network, map.Time, map.Shards);
        Organizations = map.Organizations;
        Configuration = new Configuration(map.Network, 0, map.RulesVersion, map.Members, hash);
    }

    /// <summary>The whole file, signatures included.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The genesis hash, over the map alone: founders' signatures may differ, the network is the same.</summary>
    public Hash32 Hash { get; }

    /// <summary>The network's name.</summary>
    public string Network { get; }

    /// <summary>When it was founded, in milliseconds since 1970; the block time at height 0.</summary>
    public long Time { get; }

    /// <summary>Shards, the directory not counted: 1 to 1,024.</summary>
    public int Shards { get; }

    /// <summary>Configuration 0: the founders.</summary>
    public Configuration Configuration { get; }

    /// <summary>The organizations that the directory starts with.</summary>
    public ImmutableArray<Organization> Organizations { get; }

    /// <summary>Reads and verifies a genesis file: form, distinct keys, each member's certification, each founder's signature. Two verifications a member.</summary>
    public static Result<GenesisFile> Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"A genesis file has at most {BytesMax} bytes.");
        CborReader reader = new(bytes.Span);
        reader.ReadArrayStart(2);
        int length = reader.ReadBytes().Length;
        ReadOnlyMemory<byte> mapBytes = bytes.Slice(reader.Position - length, length);
        int signatures = reader.ReadArrayStart();
        if (reader.Failed) return reader.Fault;
        if (!GenesisMap.Decode(mapBytes.Span).TryGet(out GenesisMap? map, out Fault fault)) return fault;
        if (signatures != map.Members.Length) reader.Fail("Every founder signs the genesis, once.", FaultCode.SignatureInvalid);
        byte[] signed = SignedBytes(mapBytes.Span);
        for (int i = 0; i < signatures && !reader.Failed; i++)
        {
            reader.ReadArrayStart(2);
            int member = reader.ReadInt32();
            ReadOnlySpan<byte> signature = reader.ReadSignature();
            if (reader.Failed) break;
            if (member != i) reader.Fail("The founders' signatures are not in order of their members.", FaultCode.CborNotCanonical);
            else if (!map.Members[i].Identity.Verify(signed, signature)) reader.Fail($"The signature of founder {i} does not verify.", FaultCode.SignatureInvalid);
        }
        return reader.End() ? new GenesisFile(bytes, HashOf(mapBytes.Span), map) : reader.Fault;
    }

    /// <summary>What founders sign: the domain, then the map's bytes.</summary>
    public static byte[] SignedBytes(ReadOnlySpan<byte> map) => [.. Domains.Genesis, .. map];

    /// <summary>The genesis hash of a map's bytes: one hash.</summary>
    public static Hash32 HashOf(ReadOnlySpan<byte> map) => Sha256.Hash(Domains.Genesis, map);

    /// <summary>The did of an organization of this network: two hashes.</summary>
    public LedgerDid DidOf(PublicKey identity) => DidOf(Network, identity);

    /// <summary>The did of an organization, by its identity key.</summary>
    public static LedgerDid DidOf(string network, PublicKey identity)
    {
        CborWriter writer = new(80);
        writer.WriteSigningKey(identity);
        return new LedgerDid(network, Sha256.Hash(Domains.Did, writer.WrittenSpan));
    }

    /// <summary>Leaf 0 of a shard's tree.</summary>
    public byte[] LeafOf(int shard) => Leaf.EncodeGenesis(Hash, shard);

    /// <summary>The header at height 0 of a shard, which nobody votes on: it follows from this file.</summary>
    public BlockHeader HeaderOf(int shard)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(shard);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shard, Shards);
        return new BlockHeader
        {
            Network = Network,
            Config = Configuration.Number,
            Shard = shard,
            Height = 0,
            Parent = Hash,
            DirectoryHeight = 0,
            TreeSize = 1,
            TreeRoot = TreeHash.Leaf(LeafOf(shard)),
            BodyRoot = TreeHash.Empty,
            StateDigest = StateChain.Genesis(Hash, shard),
            Time = Time,
        };
    }
}
