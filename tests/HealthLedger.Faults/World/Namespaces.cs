using System.Globalization;

namespace HealthLedger.Faults.World;

/// <summary>
/// A network namespace for each member, joined by a bridge: packets between two members are dropped where they arrive, in one direction or both. Needs root,
/// <c>ip</c> and <c>nft</c>; nothing outside can reach the addresses.
/// </summary>
internal sealed class Namespaces : IAsyncDisposable
{
    private readonly string _name;
    private readonly int _count;

    private Namespaces(string name, int count) => (_name, _count) = (name, count);

    /// <summary>The address of a member.</summary>
    public string Address(int member) => string.Create(CultureInfo.InvariantCulture, $"{Net}.{10 + member}");

    /// <summary>What stands before a program that is to run in a member's namespace.</summary>
    public IReadOnlyList<string> Enter(int member) => ["ip", "netns", "exec", Of(member)];

    /// <summary>Why there cannot be namespaces here; null where there can.</summary>
    public static async Task<string?> MissingAsync()
    {
        string probe = string.Create(CultureInfo.InvariantCulture, $"hlp{Environment.ProcessId}");
        if (!(await Programs.RunAsync("ip", "-V")).Good) return "ip (iproute2)";
        if (!(await Programs.RunAsync("nft", "--version")).Good) return "nft (nftables)";
        if (!(await Programs.RunAsync("ip", "netns", "add", probe)).Good) return "the right to make network namespaces (root)";
        bool filters = (await Programs.RunAsync("ip", "netns", "exec", probe, "nft", "add", "table", "inet", "cut")).Good;
        await Programs.RunAsync("ip", "netns", "del", probe);
        return filters ? null : "packet filters in network namespaces";
    }

    /// <summary>Makes the bridge and the namespaces.</summary>
    public static async Task<Namespaces> CreateAsync(int count)
    {
        Namespaces made = new(string.Create(CultureInfo.InvariantCulture, $"hl{Environment.ProcessId}"), count);
        await Programs.MustAsync("ip", "link", "add", made.Bridge, "type", "bridge");
        await Programs.MustAsync("ip", "addr", "add", $"{Net}.1/24", "dev", made.Bridge);
        await Programs.MustAsync("ip", "link", "set", made.Bridge, "up");
        for (int member = 0; member < count; member++)
        {
            string inside = made.Of(member), port = $"{made._name}p{member}";
            await Programs.MustAsync("ip", "netns", "add", inside);
            await Programs.MustAsync("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", inside);
            await Programs.MustAsync("ip", "link", "set", port, "master", made.Bridge, "up");
            await Programs.MustAsync("ip", "netns", "exec", inside, "ip", "link", "set", "lo", "up");
            await Programs.MustAsync("ip", "netns", "exec", inside, "ip", "addr", "add", $"{made.Address(member)}/24", "dev", "eth0");
            await Programs.MustAsync("ip", "netns", "exec", inside, "ip", "link", "set", "eth0", "up");
            await Programs.MustAsync("ip", "netns", "exec", inside, "nft", "add", "table", "inet", "cut");
            await Programs.MustAsync("ip", "netns", "exec", inside, "nft", "add", "chain", "inet", "cut", "arriving", "{ type filter hook input priority 0 ; }");
        }
        return made;
    }

    /// <summary>From now on nothing that one member sends arrives at another.</summary>
    public Task CutAsync(int from, int to) =>
        Programs.MustAsync("ip", "netns", "exec", Of(to), "nft", "add", "rule", "inet", "cut", "arriving", "ip", "saddr", Address(from), "drop");

    /// <summary>Cuts both directions between two groups.</summary>
    public async Task CutApartAsync(IReadOnlyList<int> one, IReadOnlyList<int> other)
    {
        foreach (int from in one)
            foreach (int to in other)
            {
                await CutAsync(from, to);
                await CutAsync(to, from);
            }
    }

    /// <summary>Everything arrives again.</summary>
    public async Task HealAsync()
    {
        for (int member = 0; member < _count; member++) await Programs.MustAsync("ip", "netns", "exec", Of(member), "nft", "flush", "chain", "inet", "cut", "arriving");
    }

    public async ValueTask DisposeAsync()
    {
        for (int member = 0; member < _count; member++) await Programs.RunAsync("ip", "netns", "del", Of(member));
        await Programs.RunAsync("ip", "link", "del", Bridge);
    }

    private const string Net = "10.213.77";

    private string Bridge => $"{_name}b";

    private string Of(int member) => string.Create(CultureInfo.InvariantCulture, $"{_name}n{member}");
}
