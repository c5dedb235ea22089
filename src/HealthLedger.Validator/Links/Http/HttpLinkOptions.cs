using System.Net;

namespace HealthLedger.Validator.Links.Http;

/// <summary>How the links between members behave. The defaults serve a consortium on one continent.</summary>
public sealed record HttpLinkOptions
{
    /// <summary>Where other members reach this one: address and port.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Messages that wait for one member; more are dropped and come again.</summary>
    public int QueueMessagesMax { get; init; } = 16_384;

    /// <summary>Bytes of messages that wait for one member.</summary>
    public long QueueBytesMax { get; init; } = 128 << 20;

    /// <summary>Messages that waited longer are dropped instead of sent: replication has repeated them by then.</summary>
    public TimeSpan MessageAgeMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Most bytes of one message, request or answer.</summary>
    public int MessageBytesMax { get; init; } = Wire.MessageCodec.BytesMax;

    /// <summary>How often both ends of a stream show that they live.</summary>
    public TimeSpan BeatInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Beats of its own that one end counts without a sign of the other before it gives the connection up.</summary>
    public int SilentBeatsMax { get; init; } = 4;

    /// <summary>How long a connection may take to be made.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the handshake and the greeting after it may take: longer than a beat, because a process that starts is slow once.</summary>
    public TimeSpan GreetingTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The first pause before connecting again; doubled each time.</summary>
    public TimeSpan BackOffMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause before connecting again.</summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Questions to one member that are under way at once; more wait.</summary>
    public int AsksAtOnce { get; init; } = 32;

    /// <summary>How long a question waits for a connection that is being made.</summary>
    public TimeSpan AskPatience { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>TLS handshakes under way at once; more connections are closed at once.</summary>
    public int HandshakesAtOnce { get; init; } = 64;

    /// <summary>Connections that one address may begin in a second, in the long run; twice as many at once.</summary>
    public int HandshakesPerSecond { get; init; } = 50;

    /// <summary>Connections that one member may hold.</summary>
    public int ConnectionsPerMemberMax { get; init; } = 8;

    /// <summary>The oldest version of the link protocol that is spoken.</summary>
    public int VersionMin { get; init; } = LinkProtocol.VersionMin;

    /// <summary>The newest version of the link protocol that is spoken.</summary>
    public int VersionMax { get; init; } = LinkProtocol.VersionMax;
}
