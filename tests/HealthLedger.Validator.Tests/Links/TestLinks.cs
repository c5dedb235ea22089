using HealthLedger.Validator.Tests.Network;
using System.Net;
using System.Security.Cryptography;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Validator.Links.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace HealthLedger.Validator.Tests.Links;

/// <summary>Members that have links and nothing else, on loopback.</summary>
internal sealed class TestLinks : IAsyncDisposable
{
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly List<TestPeer> _peers = [];
    private readonly Dictionary<string, GenesisFile> _networks = [];

    /// <summary>Short times, so that a test is short.</summary>
    public static HttpLinkOptions Options { get; } = new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        BeatInterval = TimeSpan.FromMilliseconds(100),
        SilentBeatsMax = 20,
        BackOffMin = TimeSpan.FromMilliseconds(20),
        BackOffMax = TimeSpan.FromMilliseconds(100),
    };

    /// <summary>Starts members that know each other.</summary>
    public static async Task<TestLinks> StartAsync(int members, HttpLinkOptions? options = null)
    {
        TestLinks links = new();
        for (int i = 0; i < members; i++) await links.AddAsync(options);
        links.Introduce();
        return links;
    }

    public TestPeer this[int peer] => _peers[peer];

    /// <summary>Starts a member that nobody knows yet.</summary>
    public async Task<TestPeer> AddAsync(HttpLinkOptions? options = null, string network = "test-links")
    {
        TestPeer peer = new($"Member {_peers.Count}", SigningKey.Generate(_random), SigningKey.Generate(_random), SigningKey.Generate(_random), SealingKey.Generate(_random), GenesisOf(network));
        await peer.StartAsync(options ?? Options);
        _peers.Add(peer);
        return peer;
    }

    /// <summary>Every member learns of every other.</summary>
    public void Introduce()
    {
        Member[] known = [.. _peers.Select(peer => peer.Member)];
        foreach (TestPeer peer in _peers) peer.Directory.Known = known;
    }

    /// <summary>Waits until two members have streams to each other.</summary>
    public static Task UntilUpAsync(params TestPeer[] peers) => TestNetwork.UntilAsync(
        () => peers.All(peer => peers.All(other => other == peer || peer.HealthOf(other) is { IsUp: true, IsHeard: true })), "the links are up");

    public async ValueTask DisposeAsync()
    {
        foreach (TestPeer peer in _peers) await peer.DisposeAsync();
        _random.Dispose();
    }

    /// <summary>A genesis that the links only greet with; its member is none of them.</summary>
    private GenesisFile GenesisOf(string network)
    {
        if (_networks.TryGetValue(network, out GenesisFile? known)) return known;
        using SigningKey identity = SigningKey.Generate(_random), validator = SigningKey.Generate(_random), transport = SigningKey.Generate(_random);
        using SealingKey sealing = SealingKey.Generate(_random);
        return _networks[network] = new GenesisBuilder(network, 1_700_000_000_000, 1)
            .Add(Member.Certify(network, "Founder", identity, validator.Public, transport.Public, sealing.Public, "https://127.0.0.1:1"))
            .Add(new Organization("Founder", identity.Public, [identity.Public], sealing.Public, OrganizationRoles.Provider))
            .Build(identity).Value;
    }
}

/// <summary>One member that has links and nothing else.</summary>
internal sealed class TestPeer(string name, SigningKey identity, SigningKey validator, SigningKey transport, SealingKey sealing, GenesisFile genesis) : IAsyncDisposable
{
    private readonly PublicKey _known = transport.Public;
    private HttpLinks? _links;
    private HttpLinkOptions? _options;

    public Hash32 Id => identity.Public.KeyId;

    public TestDirectory Directory { get; } = new();

    public TestEndpoint Endpoint { get; } = new();

    public HttpLinks Links => _links!;

    /// <summary>The transport key that it shows; the others know the one it was made with.</summary>
    public SigningKey Transport { get; set; } = transport;

    /// <summary>The port of its first start.</summary>
    public int Port { get; private set; }

    /// <summary>The member as the others know it.</summary>
    public Member Member => Member.Certify(genesis.Network, name, identity, validator.Public, _known, sealing.Public, $"https://127.0.0.1:{Port}");

    /// <summary>The network that it greets with.</summary>
    public GenesisFile Genesis => genesis;

    /// <summary>Starts, or starts again at the same port.</summary>
    public async Task StartAsync(HttpLinkOptions options)
    {
        _options = options with { Listen = new IPEndPoint(IPAddress.Loopback, Port) };
        _links = (await HttpLinks.StartAsync(_options, Genesis, Id, Transport, Directory, TimeProvider.System, NullLogger.Instance)).Value;
        Port = _links.Port;
        _links.Connect(Endpoint);
    }

    public Task RestartAsync() => StartAsync(_options!);

    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _links, null) is { } links) await links.DisposeAsync();
    }

    public LinkHealth? HealthOf(TestPeer other) => Links.Health.FirstOrDefault(link => link.Member == other.Id);

    public void Post(TestPeer to, ReadOnlyMemory<byte> message) => Links.Post(to.Id, message);

    public async ValueTask DisposeAsync()
    {
        Endpoint.Release();
        await StopAsync();
    }
}
