using System.Collections.Frozen;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Validator.Links.Http;

/// <summary>Who the other members are now: by id, and by transport key. Immutable.</summary>
internal sealed class LinkPeers
{
    private readonly FrozenDictionary<Hash32, Member> _byId;
    private readonly FrozenDictionary<Hash32, Hash32> _byTransport;

    /// <summary>The others among the known members.</summary>
    public LinkPeers(IReadOnlyList<Member> known, Hash32 self)
    {
        Member[] others = [.. known.Where(member => member.Identity.KeyId != self)];
        _byId = others.ToFrozenDictionary(member => member.Identity.KeyId);
        _byTransport = others.ToFrozenDictionary(member => member.Transport.KeyId, member => member.Identity.KeyId);
    }

    /// <summary>The members' ids.</summary>
    public IEnumerable<Hash32> Ids => _byId.Keys;

    /// <summary>A member; null where it is not known (any more).</summary>
    public Member? Find(Hash32 id) => _byId.GetValueOrDefault(id);

    /// <summary>The member that connects with a transport key; null for a stranger.</summary>
    public Hash32? OfTransport(Hash32? transport) => transport is { } key && _byTransport.TryGetValue(key, out Hash32 id) ? id : null;
}
