using HealthLedger.Protocol;

namespace HealthLedger.Validator.Links.Http;

/// <summary>One connection from outside: still a handshake, then a member's.</summary>
internal sealed class LinkCaller(LinkGate gate)
{
    private int _handshakeOver;

    /// <summary>The key id of the transport key that the other side has proven to hold.</summary>
    public Hash32? Transport { get; set; }

    /// <summary>The handshake is over; more calls do nothing.</summary>
    public void EndHandshake()
    {
        if (Interlocked.Exchange(ref _handshakeOver, 1) == 0) gate.EndHandshake();
    }
}
