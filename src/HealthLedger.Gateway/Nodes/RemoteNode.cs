using System.Globalization;
using HealthLedger.Actors.Nodes;
using HealthLedger.Client.Connection;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Gateway.Nodes;

/// <summary>Members' nodes elsewhere, as the doors see a node: a call goes to the first that is ready, and to the next where that one fails.</summary>
public sealed class RemoteNode : INode, IAsyncDisposable
{
    private const int TileBytesMax = 32 << 20, StatementBytesMax = 4 << 20;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(20);

    private readonly UpstreamWatch[] _watches;
    private readonly WatchedConnection[] _nodes;
    private readonly FailoverConnection _connection;
    private readonly HttpClient _http;

    /// <summary>Begins to look at the nodes.</summary>
    /// <param name="genesis">The network that they must be of.</param>
    /// <param name="nodes">Their addresses, the preferred first; at least one.</param>
    /// <param name="clock">The clock.</param>
    public RemoteNode(GenesisFile genesis, IReadOnlyList<Uri> nodes, TimeProvider clock)
    {
        Genesis = genesis;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(1) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _watches = [.. nodes.Select(address => new UpstreamWatch(address, _http, genesis, clock))];
        _nodes = [.. _watches.Select(watch => new WatchedConnection(
            new HttpLedgerConnection(_http, new HttpLedgerOptions { BaseAddress = watch.Address, SubmitTimeout = CallTimeout, QueryTimeout = CallTimeout }, clock), watch))];
        _connection = new FailoverConnection(_nodes, new FailoverOptions { Timeout = CallTimeout, Rest = TimeSpan.FromMilliseconds(500) }, clock);
    }

    /// <inheritdoc/>
    public GenesisFile Genesis { get; }

    /// <summary>-1: these doors are no member's.</summary>
    public int Member => -1;

    /// <summary>The nodes and whether each is ready, in the order of preference.</summary>
    public IReadOnlyList<UpstreamStatus> Upstreams => [.. _watches.Select(watch => new UpstreamStatus(watch.Address.AbsoluteUri, watch.Health is not null, watch.LastFault))];

    /// <inheritdoc/>
    public ValueTask<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default) => new(_connection.SubmitAsync(envelope, cancel));

    /// <inheritdoc/>
    public ValueTask<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default) => new(_connection.FindAsync(shard, statementId, cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default) => new(_connection.QueryAsync(signedQuery, cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default) =>
        new(_connection.ReceiptAsync(shard, statementId, index, cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> TransparentStatementAsync(int shard, Hash32 statementId, CancellationToken cancel = default) =>
        DownloadAsync(string.Create(CultureInfo.InvariantCulture, $"ledger/statements/{statementId}?shard={shard}"), StatementBytesMax, cancel);

    /// <inheritdoc/>
    public ValueTask<Result<string>> CheckpointAsync(CancellationToken cancel = default) => new(_connection.CheckpointAsync(cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) => new(_connection.ConfigurationsAsync(after, cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) => new(_connection.ProposalsAsync(cancel));

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> TileAsync(Tile tile, CancellationToken cancel = default) => DownloadAsync($"ledger/{tile.Path}", TileBytesMax, cancel);

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> EntriesAsync(Tile tile, CancellationToken cancel = default) => DownloadAsync($"ledger/{tile.EntriesPath}", TileBytesMax, cancel);

    /// <inheritdoc/>
    public NodeHealth Health()
    {
        string[] warnings = [.. _watches.Where(watch => watch.LastFault is not null).Select(watch => $"{watch.Address.Authority}: {watch.LastFault}")];
        return _watches.FirstOrDefault(watch => watch.Health is not null)?.Health is { } first ? first with { Warnings = [.. warnings, .. first.Warnings] } : new NodeHealth(false, [], warnings);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (UpstreamWatch watch in _watches) await watch.DisposeAsync();
        _http.Dispose();
    }

    // What the SDK's connection has no call for: each node that is ready in turn.
    private async ValueTask<Result<ReadOnlyMemory<byte>>> DownloadAsync(string path, int bytesMax, CancellationToken cancel)
    {
        Result<ReadOnlyMemory<byte>> answer = new Fault(FaultCode.Unavailable, "No node serves now.");
        foreach (WatchedConnection node in _nodes)
        {
            answer = await node.DownloadAsync(path, bytesMax, cancel);
            if (answer.IsOk || answer.Fault.Code is not (FaultCode.ConnectionFailed or FaultCode.TimedOut or FaultCode.Unavailable)) break;
        }
        return answer;
    }
}
