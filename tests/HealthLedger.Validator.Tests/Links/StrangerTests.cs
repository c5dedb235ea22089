using System.Net;
using HealthLedger.Validator.Tests.Network;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;
using HealthLedger.Validator.Links.Http;

namespace HealthLedger.Validator.Tests.Links;

/// <summary>Who is not let in, and what a member that does not keep to the protocol can do: nothing to the others.</summary>
public sealed class StrangerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task One_whose_key_nobody_knows_is_refused()
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        TestPeer stranger = await links.AddAsync();
        // It knows the others; they do not know it.
        stranger.Directory.Known = [links[0].Member, links[1].Member, stranger.Member];
        await TestNetwork.UntilAsync(() => stranger.HealthOf(links[0]) is { IsUp: false, Connects: > 2 } && links[0].Links.StrangersRefused > 0, "it is refused");
        stranger.Post(links[0], new byte[10]);
        (await stranger.Links.AskAsync(links[0].Id, new byte[10], CancellationToken.None)).IsEmpty.Should().BeTrue();
        await AssertServesAsync(links);
        links[0].Endpoint.Received.Should().NotContain(item => item.From == stranger.Id);
    }

    [Fact]
    public async Task One_that_shows_another_key_than_the_members_is_not_spoken_to()
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        TestPeer impostor = await links.AddAsync();
        await impostor.StopAsync();
        impostor.Transport = SigningKey.FromSeed(new byte[32]);
        await impostor.RestartAsync();
        links.Introduce();
        await TestNetwork.UntilAsync(() => links[0].HealthOf(impostor) is { IsUp: false, IsHeard: false, LastFault: "the key it shows is not the member's" }, "its key gives it away");
        await AssertServesAsync(links);
    }

    [Fact]
    public async Task A_member_of_another_network_is_told_so()
    {
        await using TestLinks links = await TestLinks.StartAsync(1);
        await links.AddAsync(network: "other-network");
        links.Introduce();
        await TestNetwork.UntilAsync(() => links[0].HealthOf(links[1])?.LastFault?.StartsWith(FaultTable.Text(FaultCode.LinkNetworkOther), StringComparison.Ordinal) == true, "the network is named");
        links[0].HealthOf(links[1])!.IsUp.Should().BeFalse();
    }

    [Fact]
    public async Task Builds_that_speak_no_common_version_are_told_so_and_others_find_the_newest_common_one()
    {
        await using TestLinks links = await TestLinks.StartAsync(1, TestLinks.Options with { VersionMin = 1, VersionMax = 2 });
        await links.AddAsync(TestLinks.Options with { VersionMin = 3, VersionMax = 3 });
        await links.AddAsync(TestLinks.Options with { VersionMin = 1, VersionMax = 1 });
        links.Introduce();
        await TestLinks.UntilUpAsync(links[0], links[2]);
        links[0].HealthOf(links[2])!.Version.Should().Be(1);
        await TestNetwork.UntilAsync(() => links[0].HealthOf(links[1])?.LastFault?.StartsWith(FaultTable.Text(FaultCode.LinkVersionNone), StringComparison.Ordinal) == true, "the versions are named");
        links[0].HealthOf(links[1])!.LastFault.Should().Contain("3 to 3").And.Contain("1 to 2");
        (await links[0].Links.AskAsync(links[2].Id, new byte[] { 1, 2 }, CancellationToken.None)).ToArray().Should().Equal(1, 2);
    }

    [Theory]
    [InlineData("5affffffff")] // a byte string of 4 GiB
    [InlineData("5b7fffffffffffffff")] // one of 2^63 bytes
    [InlineData("1817ff")] // a number not in its shortest form
    [InlineData("ff")] // no item
    [InlineData("8401020304")] // an array
    [InlineData("9f")] // one without an end
    public async Task What_is_no_message_or_too_long_ends_the_stream_and_nothing_else(string hex)
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        TestPeer liar = await links.AddAsync();
        links.Introduce();
        await liar.StopAsync();
        using RawMember raw = new(liar, links[0]);
        using CancellationTokenSource patience = new(Limit);
        (HttpStatusCode status, _) = await raw.SendAsync((byte[])[.. RawMember.Hello(liar), .. Convert.FromHexString(hex)], patience.Token);
        status.Should().Be(HttpStatusCode.OK, "the greeting was good");
        links[0].Endpoint.Received.Should().BeEmpty();
        await AssertServesAsync(links);
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("40")]
    [InlineData("43010203")]
    [InlineData("590400")]
    public async Task A_stream_without_a_hello_is_refused(string hex)
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        TestPeer liar = await links.AddAsync();
        links.Introduce();
        await liar.StopAsync();
        using RawMember raw = new(liar, links[0]);
        using CancellationTokenSource patience = new(Limit);
        (HttpStatusCode status, _) = await raw.SendAsync(Convert.FromHexString(hex), patience.Token);
        status.Should().NotBe(HttpStatusCode.OK);
        await AssertServesAsync(links);
    }

    [Fact]
    public async Task A_member_that_greets_and_then_says_nothing_is_given_up()
    {
        await using TestLinks links = await TestLinks.StartAsync(2, TestLinks.Options with { BeatInterval = TimeSpan.FromMilliseconds(50), SilentBeatsMax = 4 });
        TestPeer silent = await links.AddAsync();
        links.Introduce();
        await silent.StopAsync();
        using RawMember raw = new(silent, links[0]);
        using CancellationTokenSource patience = new(Limit);
        (HttpStatusCode status, long bytes) = await raw.SendAsync(RawMember.Hello(silent), patience.Token);
        status.Should().Be(HttpStatusCode.OK);
        bytes.Should().BeGreaterThan(10, "it was welcomed, and heard beats until it was given up");
        links[0].HealthOf(silent)!.IsHeard.Should().BeFalse();
    }

    [Fact]
    public async Task A_member_gets_no_other_path_and_no_question_of_another_network_or_too_long()
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        TestPeer curious = await links.AddAsync();
        links.Introduce();
        await curious.StopAsync();
        using RawMember raw = new(curious, links[0]);
        using CancellationTokenSource patience = new(Limit);
        (await raw.SendAsync(RawMember.Hello(curious), patience.Token, "/")).Status.Should().Be(HttpStatusCode.NotFound);
        (await raw.SendAsync(RawMember.Hello(curious), patience.Token, LinkProtocol.AskPath(1, default))).Status.Should().Be(HttpStatusCode.NotFound);
        (await raw.SendAsync(RawMember.Hello(curious), patience.Token, LinkProtocol.AskPath(2, links[0].Genesis.Hash))).Status.Should().Be(HttpStatusCode.NotFound);
        (await raw.SendAsync(new byte[2 << 20], patience.Token, LinkProtocol.AskPath(1, links[0].Genesis.Hash))).Status.Should().NotBe(HttpStatusCode.OK);
        await AssertServesAsync(links);
    }

    [Fact]
    public async Task Garbage_on_the_port_is_closed_and_harms_nobody()
    {
        await using TestLinks links = await TestLinks.StartAsync(2, TestLinks.Options with { GreetingTimeout = TimeSpan.FromSeconds(2) });
        byte[] garbage = new byte[64 << 10];
        new Random(3).NextBytes(garbage);
        for (int i = 0; i < 20; i++)
        {
            using TcpClient stranger = await ConnectAsync(links[0].Port);
            await UntilClosedAsync(stranger.GetStream(), i % 2 == 0 ? garbage : "GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        }
        await AssertServesAsync(links);
    }

    [Fact]
    public async Task One_without_a_certificate_is_refused()
    {
        await using TestLinks links = await TestLinks.StartAsync(2);
        using TcpClient client = await ConnectAsync(links[0].Port);
        await using SslStream tls = new(client.GetStream(), false, (_, _, _, _) => true);
        using CancellationTokenSource patience = new(Limit);
        Func<Task<int>> talk = async () =>
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "member", ApplicationProtocols = [SslApplicationProtocol.Http2] }, patience.Token);
            await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), patience.Token);
            return await tls.ReadAsync(new byte[1], patience.Token);
        };
        try
        {
            (await talk()).Should().Be(0, "the connection is closed without an answer");
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
            // As good: the system tells of it.
        }
        links[0].Links.StrangersRefused.Should().BePositive();
    }

    [Fact]
    public async Task Connections_of_strangers_are_few_and_those_that_say_nothing_end()
    {
        await using TestLinks links = await TestLinks.StartAsync(2, TestLinks.Options with { HandshakesAtOnce = 8, GreetingTimeout = TimeSpan.FromSeconds(2) });
        await TestLinks.UntilUpAsync(links[0], links[1]);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => SayNothingAsync(links[0].Port)));
        links[0].Links.StrangersRefused.Should().BeGreaterThanOrEqualTo(100, "a few were waited for, and ended after a while; the rest were closed at once");
        await AssertServesAsync(links);
    }

    [Fact]
    public void One_address_begins_few_handshakes_a_second_and_others_are_not_hindered()
    {
        LinkGate gate = new(TestLinks.Options with { HandshakesPerSecond = 5, HandshakesAtOnce = 1_000 }, TimeProvider.System);
        int taken = Enumerable.Range(0, 100).Count(_ => gate.TryBegin(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1)));
        taken.Should().BeInRange(10, 12);
        gate.TryBegin(new IPEndPoint(IPAddress.Parse("192.0.2.2"), 1)).Should().BeTrue();
        gate.TryBegin(new IPEndPoint(IPAddress.Parse("2001:db8::1"), 1)).Should().BeTrue();
        Enumerable.Range(0, 100).Count(i => gate.TryBegin(new IPEndPoint(IPAddress.Parse($"2001:db8::{i:x}"), 1))).Should().BeLessThan(12, "a /64 is one address");
    }

    [Fact]
    public void A_member_holds_a_bounded_number_of_connections()
    {
        LinkGate gate = new(TestLinks.Options with { ConnectionsPerMemberMax = 2 }, TimeProvider.System);
        gate.TryEnter(default).Should().BeTrue();
        gate.TryEnter(default).Should().BeTrue();
        gate.TryEnter(default).Should().BeFalse();
        gate.Leave(default);
        gate.TryEnter(default).Should().BeTrue();
    }

    private static async Task AssertServesAsync(TestLinks links)
    {
        await TestLinks.UntilUpAsync(links[0], links[1]);
        (await links[1].Links.AskAsync(links[0].Id, new byte[] { 7 }, CancellationToken.None)).ToArray().Should().Equal(7);
    }

    private static async Task<TcpClient> ConnectAsync(int port)
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    private static async Task SayNothingAsync(int port)
    {
        try
        {
            using TcpClient stranger = await ConnectAsync(port);
            await UntilClosedAsync(stranger.GetStream(), []);
        }
        catch (SocketException)
        {
            // Reset before it was even connected.
        }
    }

    private static async Task UntilClosedAsync(NetworkStream stream, byte[] say)
    {
        using CancellationTokenSource patience = new(Limit);
        try
        {
            await stream.WriteAsync(say, patience.Token);
            byte[] buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, patience.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset rather than closed.
        }
    }
}
