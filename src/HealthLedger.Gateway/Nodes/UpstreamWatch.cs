using System.Text.Json;
using HealthLedger.Actors.Nodes;
using HealthLedger.Client.Connection;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Gateway.Nodes;

/// <summary>
/// Looks at one node behind a gateway twice a second: whether it answers, is ready, and is of the same network. Calls to a node that is not end at once, so
/// that the next is asked: a node that stands still keeps its connections and answers nobody.
/// </summary>
internal sealed class UpstreamWatch : IAsyncDisposable
{
    private const int HealthBytesMax = 1 << 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500), Patience = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly HttpLedgerConnection _connection;
    private readonly GenesisFile _genesis;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private volatile View _view = new(null, null, new CancellationTokenSource());
    private bool _isOfNetwork;

    private sealed record View(NodeHealth? Health, string? Fault, CancellationTokenSource Up);

    public UpstreamWatch(Uri address, HttpClient http, GenesisFile genesis, TimeProvider clock)
    {
        (Address, _genesis, _clock) = (address, genesis, clock);
        _connection = new HttpLedgerConnection(http, new HttpLedgerOptions { BaseAddress = address, QueryTimeout = Patience }, clock);
        _run = Task.Run(RunAsync);
    }

    /// <summary>The node's address.</summary>
    public Uri Address { get; }

    /// <summary>What it said last; null before the first answer, and while it does not answer.</summary>
    public NodeHealth? Health => _view.Health;

    /// <summary>Why it is not asked; null while it is, and before it was looked at.</summary>
    public string? LastFault => _view.Fault;

    /// <summary>Cancelled when the node stops being ready.</summary>
    public CancellationToken Up => _view.Up.Token;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using PeriodicTimer timer = new(Pause, _clock);
        try
        {
            do
            {
                (NodeHealth? health, string? fault) = await LookAsync();
                View before = _view;
                bool fails = before.Fault is null && fault is not null;
                _view = new View(health, fault, before.Up.IsCancellationRequested && fault is null ? new CancellationTokenSource() : before.Up);
                if (fails) await before.Up.CancelAsync();
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            await _view.Up.CancelAsync();
        }
    }

    private async Task<(NodeHealth?, string?)> LookAsync()
    {
        if (!_isOfNetwork)
        {
            Result<ReadOnlyMemory<byte>> genesis = await _connection.GenesisAsync(_stop.Token);
            if (!genesis.TryGet(out ReadOnlyMemory<byte> bytes, out Fault unreachable)) return (null, unreachable.Message);
            if (!bytes.Span.SequenceEqual(_genesis.Bytes.Span) && !(GenesisFile.Decode(bytes).TryGet(out GenesisFile? other, out _) && other.Hash == _genesis.Hash)) return (null, "The node is of another network.");
            _isOfNetwork = true;
        }
        Result<ReadOnlyMemory<byte>> answer = await _connection.DownloadAsync("health/ready", HealthBytesMax, _stop.Token);
        if (!answer.TryGet(out ReadOnlyMemory<byte> json, out Fault fault)) return (null, fault.Message);
        try
        {
            return JsonSerializer.Deserialize<NodeHealth>(json.Span, Json) is { Ready: true } health ? (health, null) : (null, "The node is not ready.");
        }
        catch (JsonException)
        {
            return (null, "The node's health is not readable.");
        }
    }
}
