using System.Collections.Immutable;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Protocol.Genesis;

/// <summary>Who votes: the members in order, whose index is theirs in every vote and certificate, and how many it takes. Immutable; its keys are imported once.</summary>
public sealed class Configuration
{
    /// <summary>Most members.</summary>
    public const int MembersMax = Quorum.MembersMax;

    /// <summary>A configuration of 1 to 13 members.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="number">0 for the genesis.</param>
    /// <param name="rulesVersion">The version of the rules that its blocks are decided by.</param>
    /// <param name="members">In order.</param>
    /// <param name="hash">What the configuration after it calls it: of number 0, the genesis hash.</param>
    /// <param name="previous">The hash of the one before; zero for number 0.</param>
    /// <param name="organizations">Organizations that it adds, changes or withdraws; none for number 0, whose are the genesis's.</param>
    public Configuration(
        string network, int number, int rulesVersion, ImmutableArray<Member> members, Hash32 hash, Hash32 previous = default, ImmutableArray<Organization> organizations = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        if (members.Length is 0 or > MembersMax) throw new ArgumentOutOfRangeException(nameof(members), $"A configuration has 1 to {MembersMax} members.");
        (Network, Number, RulesVersion, Members) = (network, number, rulesVersion, members);
        (Hash, Previous, Organizations) = (hash, previous, organizations.IsDefault ? [] : organizations);
        ValidatorKeys = [.. members.Select(member => member.Validator)];
    }

    /// <summary>The network's name.</summary>
    public string Network { get; }

    /// <summary>0 for the genesis, one more at each change of members.</summary>
    public int Number { get; }

    /// <summary>The version of the rules that its blocks are decided by.</summary>
    public int RulesVersion { get; }

    /// <summary>The members in order.</summary>
    public ImmutableArray<Member> Members { get; }

    /// <summary>What the configuration after it calls it: of number 0, the genesis hash.</summary>
    public Hash32 Hash { get; }

    /// <summary>The hash of the configuration before; zero for number 0.</summary>
    public Hash32 Previous { get; }

    /// <summary>Organizations that it adds, changes or withdraws.</summary>
    public ImmutableArray<Organization> Organizations { get; }

    /// <summary>The members' validator keys, by member index.</summary>
    public ImmutableArray<PublicKey> ValidatorKeys { get; }

    /// <summary>n: how many members.</summary>
    public int N => Members.Length;

    /// <summary>f: how many of them may lie, (n - 1) / 3 rounded down.</summary>
    public int F => Quorum.Faults(N);

    /// <summary>q: how many votes it takes, (n + f) / 2 rounded down, plus 1.</summary>
    public int Q => Quorum.Size(N);

    /// <summary>The index of the member whose validator key has this id; -1 where there is none.</summary>
    public int MemberOf(Hash32 validatorKeyId)
    {
        for (int i = 0; i < N; i++)
            if (ValidatorKeys[i].KeyId == validatorKeyId) return i;
        return -1;
    }
}
