using System.Net;
using System.Net.Sockets;

namespace HealthLedger.Faults.World;

/// <summary>How a proxy treats what goes through it; changed at any moment.</summary>
internal sealed record ProxyManner
{
    /// <summary>Everything goes through at once.</summary>
    public static ProxyManner Plain { get; } = new();

    /// <summary>Each piece waits so long, and up to so much longer.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The part of the delay that differs from piece to piece, and so between connections and directions.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Of a hundred pieces so many end their connection: what was under way on it is lost.</summary>
    public int BreaksPercent { get; init; }

    /// <summary>New connections are closed, old ones broken.</summary>
    public bool Refuses { get; init; }

    /// <summary>What comes is taken and goes no further; nothing is closed.</summary>
    public bool Stalls { get; init; }
}

/// <summary>
/// A TCP proxy before a member's links: it breaks connections, delays, stalls. What goes through is TLS, so within one connection nothing can be reordered or left
/// out without its end; between connections and directions delays that differ reorder. Messages inside are dropped and reordered by the test member's own links.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private const int PieceBytes = 64 * 1024;

    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly Random _random;
    private readonly CancellationTokenSource _ending = new();
    private readonly HashSet<Socket> _open = [];
    private readonly Lock _gate = new();
    private readonly Task _run;
    private volatile ProxyManner _manner = ProxyManner.Plain;

    /// <summary>Listens on a loopback port and passes on to another.</summary>
    public TcpProxy(int port, int target, int seed)
    {
        (_listener, _target, _random) = (new TcpListener(IPAddress.Loopback, port), new IPEndPoint(IPAddress.Loopback, target), new Random(seed));
        _listener.Start();
        _run = RunAsync();
    }

    /// <summary>Connections that were broken.</summary>
    public int Broken { get; private set; }

    /// <summary>How it treats what goes through from now on.</summary>
    public ProxyManner Manner
    {
        get => _manner;
        set
        {
            // Stalled connections do not come back to life: who waits behind one connects anew.
            bool breaks = value.Refuses || _manner.Stalls;
            _manner = value;
            if (breaks) BreakAll();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        BreakAll();
        await _run;
        _ending.Dispose();
    }

    private async Task RunAsync()
    {
        List<Task> carrying = [];
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                Socket near = await _listener.AcceptSocketAsync(_ending.Token);
                carrying.RemoveAll(task => task.IsCompleted);
                carrying.Add(CarryAsync(near));
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }
        await Task.WhenAll(carrying);
    }

    private async Task CarryAsync(Socket near)
    {
        using Socket far = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        try
        {
            if (_manner.Refuses) return;
            lock (_gate)
            {
                _open.Add(near);
                _open.Add(far);
            }
            await far.ConnectAsync(_target, _ending.Token);
            await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection has ended: the other half ends with it.
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove(near);
                _open.Remove(far);
            }
            near.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        byte[] piece = new byte[PieceBytes];
        try
        {
            while (true)
            {
                int read = await from.ReceiveAsync(piece, _ending.Token);
                if (read == 0) return;
                ProxyManner manner = _manner;
                while ((manner = _manner).Stalls) await Task.Delay(TimeSpan.FromMilliseconds(20), _ending.Token);
                if (manner.BreaksPercent > 0 && Next(100) < manner.BreaksPercent)
                {
                    lock (_gate) Broken++;
                    return;
                }
                TimeSpan wait = manner.Delay + manner.Jitter * Next(1_000) / 1_000;
                if (wait > TimeSpan.Zero) await Task.Delay(wait, _ending.Token);
                for (int sent = 0; sent < read;) sent += await to.SendAsync(piece.AsMemory(sent, read - sent), _ending.Token);
            }
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // As above: a half that has ended ends the whole.
        }
    }

    private int Next(int below)
    {
        lock (_gate) return _random.Next(below);
    }

    private void BreakAll()
    {
        lock (_gate)
        {
            foreach (Socket socket in _open) socket.Dispose();
            Broken += _open.Count / 2;
        }
    }
}
