using HealthLedger.Faults.Cases;
using HealthLedger.Faults.World;

namespace HealthLedger.Faults.Series;

/// <summary>All faults, in the order in which the series has them.</summary>
internal static class FaultCatalog
{
    /// <summary>New ones each time: a case remembers whom it met.</summary>
    public static IReadOnlyList<FaultCase> All() =>
    [
        .. Enumerable.Range(0, FaultWorld.MemberCount).Select(member => new KillMember(member)),
        .. Enumerable.Range(0, FaultWorld.MemberCount).Select(member => new RestartMember(member)),
        new KillTwo(), new KillAll(), new KillPostgres(), new PauseLeader(),
        new TestMember("clock-ahead", "has a clock 10 s ahead", leads: true, "--clock-offset", "10"),
        new TestMember("clock-behind", "has a clock 10 s behind", leads: true, "--clock-offset", "-10"),
        new TestMember("lie-equivocates", "sends two proposals for one height and votes for both", leads: true, "--lie", "equivocate"),
        new TestMember("lie-censors", "keeps what is given to it from every block", leads: true, "--lie", "censor"),
        new TestMember("lie-deposes", "complains of every leader and refuses every proposal", leads: false, "--lie", "depose"),
        new TestMember("messages-lost", "loses, delays and reorders its messages", leads: true, "--lose", "20", "--delay", "80"),
        new ProxyFault("proxy-delays", "a proxy that delays by 30 to 90 ms, differently in each direction", everybody: true, new ProxyManner { Delay = TimeSpan.FromMilliseconds(30), Jitter = TimeSpan.FromMilliseconds(60) }),
        new ProxyFault("proxy-breaks", "a proxy that breaks connections, losing what is under way", everybody: true, new ProxyManner { BreaksPercent = 2 }),
        new ProxyFault("proxy-stalls", "a proxy that takes everything and passes nothing on", everybody: false, new ProxyManner { Stalls = true }),
        new ProxyFault("proxy-refuses", "a proxy that closes every connection", everybody: false, new ProxyManner { Refuses = true }),
        new FullDisk(),
        new Partition("partition-minority", 1, together: true, goesOn: true), new Partition("partition-halves", 2, together: true, goesOn: false),
        new Partition("partition-majority", 3, together: false, goesOn: false),
        new OneWay(), new PairCut(),
        new RollingUpgrade(),
    ];
}
