namespace HealthLedger.Protocol.Votes;

/// <summary>The arithmetic of PROTOCOL section 4 for n members, 1 to 13.</summary>
public static class Quorum
{
    /// <summary>Most members a configuration may have.</summary>
    public const int MembersMax = 13;

    /// <summary>f = (n - 1) / 3 rounded down: how many members may lie.</summary>
    public static int Faults(int members) => (members - 1) / 3;

    /// <summary>q = (n + f) / 2 rounded down, plus 1. Any two sets of q share f + 1 members; n - f members are always enough for one.</summary>
    public static int Size(int members) => (members + Faults(members)) / 2 + 1;
}
