using HealthLedger.Protocol;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Faults.Member;

/// <summary>What a lying member knows: its place, its validator key, the others.</summary>
internal sealed record Liar(GenesisFile Genesis, int Self, ISigner Validator)
{
    /// <summary>The network's name.</summary>
    public string Network => Genesis.Network;

    /// <summary>The others' ids, in the order of the configuration.</summary>
    public Hash32[] Others { get; } = [.. Genesis.Configuration.Members.Where((_, index) => index != Self).Select(member => member.Identity.KeyId)];

    /// <summary>The id of a member of the founding configuration.</summary>
    public Hash32 IdOf(int index) => Genesis.Configuration.Members[index].Identity.KeyId;

    /// <summary>The index of a member in the founding configuration.</summary>
    public int IndexOf(Hash32 id)
    {
        for (int i = 0; i < Genesis.Configuration.N; i++)
            if (IdOf(i) == id) return i;
        return -1;
    }
}
