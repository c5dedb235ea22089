using System.Security.Cryptography;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Network;
using HealthLedger.Client.Submit;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Client;

/// <summary>
/// One node and what every use of it shares: the verified network, queries, the writer, clock and randomness. The patients, records,
/// readers and consents of a party are made over it. Safe for several threads.
/// </summary>
public sealed class LedgerClient
{
    /// <summary>A client of a network that is known already.</summary>
    /// <param name="connection">The node.</param>
    /// <param name="network">The verified genesis.</param>
    /// <param name="options">Bounds and schedule.</param>
    /// <param name="clock">The time that is signed.</param>
    /// <param name="random">Where keys, salts and nonces come from.</param>
    public LedgerClient(ILedgerConnection connection, LedgerNetwork network, LedgerClientOptions options, TimeProvider clock, RandomNumberGenerator random)
    {
        (Connection, Network, Options, Clock, Random) = (connection, network, options, clock, random);
        Queries = new LedgerQueries(connection, network, options.Retry, clock, random);
        Writer = new LedgerWriter(connection, network, Queries, options.Writer, options.Retry, clock, random);
    }

    /// <summary>The node.</summary>
    public ILedgerConnection Connection { get; }

    /// <summary>The network.</summary>
    public LedgerNetwork Network { get; }

    /// <summary>Bounds and schedule.</summary>
    public LedgerClientOptions Options { get; }

    /// <summary>Signed questions.</summary>
    public LedgerQueries Queries { get; }

    /// <summary>Brings statements into the ledger.</summary>
    public LedgerWriter Writer { get; }

    /// <summary>The time that is signed.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Where keys, salts and nonces come from.</summary>
    public RandomNumberGenerator Random { get; }

    /// <summary>Milliseconds since 1970.</summary>
    internal long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// An organization as it is now. One that is not known, or may have other keys by now, is looked for in the configurations that the node has beyond those
    /// known here; a node that cannot be asked leaves what is known.
    /// </summary>
    public async Task<Result<Organization>> OrganizationAsync(LedgerDid did, CancellationToken cancel = default)
    {
        await Network.RefreshAsync(Connection, cancel).ConfigureAwait(false);
        return Network.Organization(did);
    }

    /// <summary>Asks the node for the genesis, verifies it, and makes a client.</summary>
    /// <param name="connection">The node.</param>
    /// <param name="expectedGenesis">The genesis hash that was learnt another way; null trusts the node.</param>
    /// <param name="options">Bounds and schedule; null for the defaults.</param>
    /// <param name="clock">The time that is signed; null for the system's.</param>
    /// <param name="random">Where keys, salts and nonces come from; null for the platform's.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Result<LedgerClient>> ConnectAsync(
        ILedgerConnection connection, Hash32? expectedGenesis = null, LedgerClientOptions? options = null, TimeProvider? clock = null, RandomNumberGenerator? random = null,
        CancellationToken cancel = default)
    {
        Result<LedgerNetwork> network = await LedgerNetwork.LoadAsync(connection, expectedGenesis, cancel).ConfigureAwait(false);
        return network.TryGet(out LedgerNetwork? known, out Fault fault)
            ? new LedgerClient(connection, known, options ?? new LedgerClientOptions(), clock ?? TimeProvider.System, random ?? RandomNumberGenerator.Create())
            : fault;
    }
}
