using System.Net;
using System.Net.Sockets;
using HealthLedger.Protocol;

namespace HealthLedger.Validator.Links.Http;

/// <summary>Holds strangers off: how many handshakes are under way, how often one address may begin one, how many connections a member holds.</summary>
internal sealed class LinkGate(HttpLinkOptions options, TimeProvider time)
{
    private const int AddressesMax = 4096, BurstSeconds = 2;
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Bucket> _buckets = [];
    private readonly Dictionary<Hash32, int> _members = [];
    private int _handshakes;
    private long _refused;

    private readonly record struct Bucket(double Tokens, long At);

    /// <summary>Connections refused since the start.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Counts a refusal.</summary>
    public void Refuse() => Interlocked.Increment(ref _refused);

    /// <summary>A connection begins; false where it must be closed at once.</summary>
    public bool TryBegin(EndPoint? remote)
    {
        IPAddress address = Network((remote as IPEndPoint)?.Address ?? IPAddress.None);
        long now = time.GetTimestamp();
        lock (_gate)
        {
            if (_handshakes >= options.HandshakesAtOnce || !TakeToken(address, now))
            {
                Refuse();
                return false;
            }
            _handshakes++;
            return true;
        }
    }

    /// <summary>A handshake is over, well or not.</summary>
    public void EndHandshake()
    {
        lock (_gate) _handshakes--;
    }

    /// <summary>A member has connected; false where it holds too many connections already.</summary>
    public bool TryEnter(Hash32 member)
    {
        lock (_gate)
        {
            int held = _members.GetValueOrDefault(member);
            if (held >= options.ConnectionsPerMemberMax)
            {
                Refuse();
                return false;
            }
            _members[member] = held + 1;
            return true;
        }
    }

    /// <summary>A member's connection has ended.</summary>
    public void Leave(Hash32 member)
    {
        lock (_gate)
        {
            if (_members[member] == 1) _members.Remove(member);
            else _members[member]--;
        }
    }

    private bool TakeToken(IPAddress address, long now)
    {
        double most = options.HandshakesPerSecond * BurstSeconds;
        if (!_buckets.TryGetValue(address, out Bucket bucket))
        {
            if (_buckets.Count >= AddressesMax) Forget(now, most);
            if (_buckets.Count >= AddressesMax) return false;
            bucket = new Bucket(most, now);
        }
        double tokens = Filled(bucket, now, most);
        _buckets[address] = new Bucket(tokens < 1 ? tokens : tokens - 1, now);
        return tokens >= 1;
    }

    /// <summary>Addresses that have their whole allowance again need not be remembered.</summary>
    private void Forget(long now, double most)
    {
        foreach ((IPAddress address, Bucket bucket) in _buckets.ToArray())
            if (Filled(bucket, now, most) >= most) _buckets.Remove(address);
    }

    private double Filled(Bucket bucket, long now, double most) => Math.Min(most, bucket.Tokens + time.GetElapsedTime(bucket.At, now).TotalSeconds * options.HandshakesPerSecond);

    /// <summary>Of an IPv6 address the /64, which one holder has all of.</summary>
    private static IPAddress Network(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
