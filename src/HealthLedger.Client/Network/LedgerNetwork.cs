using System.Collections.Frozen;
using HealthLedger.Client.Connection;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Network;

/// <summary>What the verified genesis file says of a network: its name, its shards, its organizations. Immutable.</summary>
public sealed class LedgerNetwork
{
    private readonly FrozenDictionary<LedgerDid, Organization> _organizations;

    private LedgerNetwork(GenesisFile genesis)
    {
        Genesis = genesis;
        _organizations = genesis.Organizations.ToFrozenDictionary(organization => genesis.DidOf(organization.Identity));
    }

    /// <summary>The verified genesis file.</summary>
    public GenesisFile Genesis { get; }

    /// <summary>The network's name.</summary>
    public string Name => Genesis.Network;

    /// <summary>How many shards it has beside the directory.</summary>
    public int Shards => Genesis.Shards;

    /// <summary>The organizations, by their identity.</summary>
    public IReadOnlyDictionary<LedgerDid, Organization> Organizations => _organizations;

    /// <summary>The shard of a subject.</summary>
    public int ShardOf(LedgerDid subject) => Protocol.Statements.Shards.Of(subject.ToString(), Shards);

    /// <summary>An organization that the genesis lists; others are refused with <c>HL-4072</c>.</summary>
    public Result<Organization> Organization(LedgerDid did) =>
        _organizations.TryGetValue(did, out Organization? organization) ? organization : new Fault(FaultCode.GranteeUnknown, "The genesis lists no organization of this identity.");

    /// <summary>Reads and verifies a genesis file.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="expected">The hash that was learnt another way; null trusts the file as it came.</param>
    public static Result<LedgerNetwork> FromGenesis(ReadOnlyMemory<byte> file, Hash32? expected = null)
    {
        if (!GenesisFile.Decode(file).TryGet(out GenesisFile? genesis, out Fault fault)) return fault;
        if (expected is { } hash && hash != genesis.Hash) return new Fault(FaultCode.ProofInvalid, "The genesis is not the one that was expected.");
        return new LedgerNetwork(genesis);
    }

    /// <summary>Asks a node for the genesis file and verifies it.</summary>
    /// <param name="connection">The node.</param>
    /// <param name="expected">The hash that was learnt another way; null trusts the node.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Result<LedgerNetwork>> LoadAsync(ILedgerConnection connection, Hash32? expected = null, CancellationToken cancel = default)
    {
        Result<ReadOnlyMemory<byte>> answer = await connection.GenesisAsync(cancel).ConfigureAwait(false);
        return answer.TryGet(out ReadOnlyMemory<byte> file, out Fault fault) ? FromGenesis(file, expected) : fault;
    }
}
