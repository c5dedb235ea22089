using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Validator.Links.Http;

/// <summary>
/// Members on different machines: HTTP/2 with mutual TLS, each side knowing the other by the transport key that the configuration names, and by
/// nothing else. Follows the address book: who is added is connected to, who has left is cut off.
/// </summary>
public sealed class HttpLinks : IMemberLinks, IAsyncDisposable
{
    private static readonly TimeSpan DrainLook = TimeSpan.FromMilliseconds(10);

    private readonly LinkContext _context;
    private readonly IMemberDirectory _directory;
    private readonly LinkServer _server;
    private readonly X509Certificate2 _certificate;
    private readonly LinkMetrics _metrics;
    private readonly ConcurrentDictionary<Hash32, MemberLink> _links = new();
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly Lock _gate = new();
    private bool _stopping;

    private HttpLinks(LinkContext context, IMemberDirectory directory, LinkServer server, X509Certificate2 certificate)
    {
        (_context, _directory, _server, _certificate) = (context, directory, server, certificate);
        server.Door.TallyOf = member => _links.TryGetValue(member, out MemberLink? link) ? link.Tally : null;
        _metrics = new LinkMetrics(() => Health, () => server.Gate.Refused);
    }

    /// <summary>The port on which other members reach this one.</summary>
    public int Port => _server.Port;

    /// <summary>How the links fare, by member name.</summary>
    public IReadOnlyList<LinkHealth> Health => [.. _links.Values.Select(HealthOf).OfType<LinkHealth>().OrderBy(link => link.Name, StringComparer.Ordinal)];

    /// <summary>Connections of strangers that were refused.</summary>
    public long StrangersRefused => _server.Gate.Refused;

    /// <summary>Listens, and begins to connect to every other member.</summary>
    /// <param name="options">Address and bounds.</param>
    /// <param name="genesis">The network.</param>
    /// <param name="self">This member's id.</param>
    /// <param name="transport">Its transport key.</param>
    /// <param name="directory">Who the members are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets names of members, codes, numbers.</param>
    /// <returns>The links, or that the address is taken.</returns>
    public static async Task<Result<HttpLinks>> StartAsync(
        HttpLinkOptions options, GenesisFile genesis, Hash32 self, SigningKey transport, IMemberDirectory directory, TimeProvider time, ILogger logger)
    {
        X509Certificate2 certificate = LinkCertificate.Create(transport, time);
        LinkContext context = new()
        {
            Self = self,
            Options = options,
            Hello = new LinkHello(genesis.Network, genesis.Hash, options.VersionMin, options.VersionMax, Build),
            Certificate = certificate,
            Time = time,
            Log = new LinkLog(logger),
            Peers = new LinkPeers(directory.Known, self),
        };
        if (!(await LinkServer.StartAsync(context)).TryGet(out LinkServer? server, out Fault fault))
        {
            certificate.Dispose();
            return fault;
        }
        HttpLinks links = new(context, directory, server, certificate);
        directory.Changed += links.Follow;
        await links.FollowAsync();
        return links;
    }

    /// <summary>Names who takes what others send; null while there is nobody.</summary>
    public void Connect(IMemberEndpoint? endpoint) => _context.Endpoint = endpoint;

    /// <inheritdoc/>
    public void Post(Hash32 member, ReadOnlyMemory<byte> message)
    {
        if (_links.TryGetValue(member, out MemberLink? link)) link.Post(message);
    }

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> AskAsync(Hash32 member, ReadOnlyMemory<byte> request, CancellationToken stopping) =>
        _links.TryGetValue(member, out MemberLink? link) ? link.AskAsync(request, stopping) : Task.FromResult(default(ReadOnlyMemory<byte>));

    /// <summary>Waits until what was posted to members that are up is written, but not longer than a while: for the last words of a node that stops.</summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        long since = _context.Time.GetTimestamp();
        using PeriodicTimer look = new(DrainLook, _context.Time);
        while (_links.Values.Any(link => link.Session is not null && link.Queue.Messages > 0) && _context.Time.GetElapsedTime(since) < limit) await look.WaitForNextTickAsync();
    }

    /// <summary>Closes every connection. What waits is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_stopping) return;
            _stopping = true;
        }
        _directory.Changed -= Follow;
        await _changing.WaitAsync();
        await Task.WhenAll(_links.Values.Select(link => link.DisposeAsync().AsTask()));
        await _server.DisposeAsync();
        _metrics.Dispose();
        _certificate.Dispose();
    }

    private static string Build { get; } = typeof(HttpLinks).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private void Follow() => _ = Task.Run(FollowAsync);

    /// <summary>The address book has changed: links to who is new, none to who has left, and who has left is heard no longer.</summary>
    private async Task FollowAsync()
    {
        await _changing.WaitAsync();
        try
        {
            lock (_gate)
                if (_stopping) return;
            LinkPeers peers = new(_directory.Known, _context.Self);
            _context.Peers = peers;
            foreach (Hash32 member in peers.Ids)
                if (!_links.ContainsKey(member)) _links[member] = new MemberLink(_context, member);
            foreach (Hash32 member in _links.Keys)
                if (peers.Find(member) is null && _links.TryRemove(member, out MemberLink? link)) await link.DisposeAsync();
            _server.Door.CloseStrangers();
        }
        finally
        {
            _changing.Release();
        }
    }

    private LinkHealth? HealthOf(MemberLink link)
    {
        if (_context.Peers.Find(link.Member) is not { } member) return null;
        LinkSession? session = link.Session;
        LinkTally tally = link.Tally;
        return new LinkHealth(link.Member, member.Name, member.Endpoint, session is not null, _server.Door.Hears(link.Member), session?.Version ?? 0, link.Build, session?.RoundTripMilliseconds,
            link.Queue.Messages, link.Queue.Bytes, tally.SentMessages, tally.SentBytes, tally.ReceivedMessages, tally.ReceivedBytes, tally.Dropped, tally.Connects, link.LastFault);
    }
}
