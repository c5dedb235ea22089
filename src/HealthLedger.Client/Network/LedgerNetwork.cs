using System.Collections.Frozen;
using HealthLedger.Client.Connection;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Network;

/// <summary>
/// What the verified genesis file and the configurations proved since say of a network: its name, its shards, its members, its organizations. It learns
/// further configurations, each by its proof, and forgets none. Safe for several threads.
/// </summary>
public sealed class LedgerNetwork
{
    private sealed record Content(ConfigurationHistory History, FrozenDictionary<LedgerDid, Organization> Organizations);

    private volatile Content _content;

    private LedgerNetwork(ConfigurationHistory history) => _content = Of(history);

    /// <summary>The verified genesis file.</summary>
    public GenesisFile Genesis => _content.History.Genesis;

    /// <summary>The network's name.</summary>
    public string Name => Genesis.Network;

    /// <summary>How many shards it has beside the directory.</summary>
    public int Shards => Genesis.Shards;

    /// <summary>The configurations known here, from the genesis on.</summary>
    public ConfigurationHistory Configurations => _content.History;

    /// <summary>The organizations of the newest configuration known, by their identity; those that were withdrawn are not among them.</summary>
    public IReadOnlyDictionary<LedgerDid, Organization> Organizations => _content.Organizations;

    /// <summary>The shard of a subject.</summary>
    public int ShardOf(LedgerDid subject) => Protocol.Statements.Shards.Of(subject.ToString(), Shards);

    /// <summary>An organization that genesis and configurations list; others are refused with <c>HL-4072</c>.</summary>
    public Result<Organization> Organization(LedgerDid did) =>
        _content.Organizations.TryGetValue(did, out Organization? organization) ? organization : new Fault(FaultCode.GranteeUnknown, "Neither the genesis nor a configuration lists an organization of this identity.");

    /// <summary>Takes in a history of this network: a longer one is kept, one that contradicts what is known is refused with <c>HL-2005</c>.</summary>
    public Fault? Take(ConfigurationHistory history)
    {
        while (true)
        {
            Content known = _content;
            if (known.History.FirstDifference(history) is { } number)
                return new Fault(FaultCode.ProofInvalid, $"configurations: Another configuration of number {number} is known here: members have decided twice, or it is another network's.");
            if (history.Newest.Number <= known.History.Newest.Number || Interlocked.CompareExchange(ref _content, Of(history), known) == known) return null;
        }
    }

    /// <summary>Asks a node for the configurations after the newest known, and takes them in by their proofs; a fault where it cannot be asked, or what it says does not hold.</summary>
    public async Task<Fault?> RefreshAsync(ILedgerConnection connection, CancellationToken cancel = default)
    {
        ConfigurationHistory known = Configurations;
        Result<ReadOnlyMemory<byte>> answer = await connection.ConfigurationsAsync(known.Newest.Number, cancel).ConfigureAwait(false);
        // A node of an earlier build has no such address; it is of a network whose members never changed.
        if (!answer.TryGet(out ReadOnlyMemory<byte> following, out Fault fault)) return fault.Code == FaultCode.NotFound ? null : fault;
        return known.Append(following).TryGet(out ConfigurationHistory? longer, out fault) ? Take(longer) : fault;
    }

    /// <summary>Reads and verifies a genesis file.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="expected">The hash that was learnt another way; null trusts the file as it came.</param>
    public static Result<LedgerNetwork> FromGenesis(ReadOnlyMemory<byte> file, Hash32? expected = null)
    {
        if (!GenesisFile.Decode(file).TryGet(out GenesisFile? genesis, out Fault fault)) return fault;
        if (expected is { } hash && hash != genesis.Hash) return new Fault(FaultCode.ProofInvalid, "The genesis is not the one that was expected.");
        return new LedgerNetwork(ConfigurationHistory.From(genesis));
    }

    /// <summary>Asks a node for the genesis file and the configurations since, and verifies them.</summary>
    /// <param name="connection">The node.</param>
    /// <param name="expected">The hash that was learnt another way; null trusts the node.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Result<LedgerNetwork>> LoadAsync(ILedgerConnection connection, Hash32? expected = null, CancellationToken cancel = default)
    {
        Result<ReadOnlyMemory<byte>> answer = await connection.GenesisAsync(cancel).ConfigureAwait(false);
        if (!answer.TryGet(out ReadOnlyMemory<byte> file, out Fault fault) || !FromGenesis(file, expected).TryGet(out LedgerNetwork? network, out fault)) return fault;
        return await network.RefreshAsync(connection, cancel).ConfigureAwait(false) is { } unproved ? unproved : network;
    }

    private static Content Of(ConfigurationHistory history)
    {
        GenesisFile genesis = history.Genesis;
        Dictionary<LedgerDid, Organization> organizations = genesis.Organizations.ToDictionary(organization => genesis.DidOf(organization.Identity));
        for (int number = 1; number <= history.Newest.Number; number++)
        {
            foreach (Organization organization in history.TryGet(number)!.Organizations)
            {
                LedgerDid did = genesis.DidOf(organization.Identity);
                if (organization.IsWithdrawn) organizations.Remove(did);
                else organizations[did] = organization;
            }
        }
        return new Content(history, organizations.ToFrozenDictionary());
    }
}
