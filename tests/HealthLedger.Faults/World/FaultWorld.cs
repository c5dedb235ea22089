using System.Globalization;
using System.Text.Json.Nodes;

namespace HealthLedger.Faults.World;

/// <summary>A network of member processes under continuous load, and everything that a fault may do to it.</summary>
internal sealed class FaultWorld : IAsyncDisposable
{
    /// <summary>Members: one may lie or be down.</summary>
    public const int MemberCount = 4;

    /// <summary>The member whose folder is on a small disk, where that can be had.</summary>
    public const int SmallDiskMember = 3;

    private const int SmallDiskMegabytes = 1_024;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly List<IAsyncDisposable> _owned = [];
    private readonly string _folder;
    private readonly Random _random;
    private LoadProcess? _load;

    private FaultWorld(string folder, int seed, CancellationToken cancel) => (_folder, _random, Cancel) = (folder, new Random(seed), cancel);

    /// <summary>Ends whatever waits, so that everything is taken down.</summary>
    public CancellationToken Cancel { get; }

    /// <summary>The members.</summary>
    public IReadOnlyList<MemberProcess> Members { get; private set; } = [];

    /// <summary>On loopback: the proxy before each member's links.</summary>
    public IReadOnlyList<TcpProxy> Proxies { get; private set; } = [];

    /// <summary>The namespaces, where there are.</summary>
    public Namespaces? Network { get; private set; }

    /// <summary>The small disk of one member; null where mounting is refused.</summary>
    public SmallDisk? Disk { get; private set; }

    /// <summary>The PostgreSQL that members keep snapshots in; null where there is none.</summary>
    public PostgresProcess? Postgres { get; private set; }

    /// <summary>What the load was told.</summary>
    public AckTail Acks { get; private set; } = null!;

    /// <summary>The command line.</summary>
    public CommandLine Cli { get; private set; } = null!;

    /// <summary>The moment of the fault, or of its end: milliseconds since 1970.</summary>
    public long Moment { get; private set; }

    /// <summary>Milliseconds since 1970.</summary>
    public static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The load's file.</summary>
    public string AckFile => Path.Combine(_folder, "acked.jsonl");

    /// <summary>Founds a network, starts its members and the load.</summary>
    public static async Task<FaultWorld> StartAsync(WorldKind kind, string folder, int seed, double rate, Action<string> say, CancellationToken cancel)
    {
        FaultWorld world = new(folder, seed, cancel);
        try
        {
            await world.OpenAsync(kind, seed, say);
            await world.Cli.MustAsync("org", "new", "load", "--keys-from", Path.Combine(world.Members[0].Folder, "member"), "--node", world.Members[0].Door.ToString());
            world._load = LoadProcess.Start(world.Cli, world.AckFile, world.Members.Select(member => member.Door), rate);
            world.Acks = new AckTail(world.AckFile);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>Remembers this moment.</summary>
    public void Mark() => Moment = Now;

    /// <summary>So many members, drawn.</summary>
    public int[] Pick(int count)
    {
        int[] all = [.. Enumerable.Range(0, Members.Count)];
        _random.Shuffle(all);
        return [.. all.Take(count).Order()];
    }

    /// <summary>A shard that is written to, drawn.</summary>
    public int AnyShard() => Acks.Shards[_random.Next(Acks.Shards.Count)];

    /// <summary>Who leads a shard, as most members say.</summary>
    public async Task<int> LeaderOfAsync(int shard) => (await LeadersAsync()).GetValueOrDefault(shard);

    /// <summary>What a member leads, in words.</summary>
    public async Task<string> LeadsAsync(int member)
    {
        int[] shards = [.. (await LeadersAsync()).Where(pair => pair.Value == member).Select(pair => pair.Key).Order()];
        return shards.Length == 0 ? "which leads nothing" : $"which leads {string.Join(", ", shards)}";
    }

    /// <summary>Whether a member leads a shard that is written to.</summary>
    public async Task<bool> LeadsSomethingAsync(int member) => (await LeadersAsync()).Any(pair => pair.Key > 0 && pair.Value == member);

    /// <summary>The name of a file that tells a member's test build to misbehave while it is there.</summary>
    public string NewSwitch(int member) => Path.Combine(_folder, $"misbehave-{member}");

    /// <summary>The test build as that member.</summary>
    public MemberLaunch TestBuild(int member, params IEnumerable<string> arguments) => _launches[member] with
    {
        Assembly = Programs.Own, Arguments = ["member", .. _launches[member].Arguments, .. arguments],
    };

    /// <summary>Waits until commits went on after a moment in every shard; the time of the shard that was last.</summary>
    public async Task<long> ResumedAsync(long moment, TimeSpan limit, int? aside = null)
    {
        long since = Now;
        while (true)
        {
            await MustLoadAsync();
            long?[] resumed = [.. Acks.Shards.Select(shard => Acks.Resumed(shard, moment, aside))];
            if (resumed.Length > 0 && resumed.All(time => time is not null)) return resumed.Max()!.Value;
            if (Now - since > limit.TotalMilliseconds) throw new SeriesException($"No commit of a statement sent after {moment} in {limit.TotalSeconds:0} s, in shards {string.Join(", ", Acks.Shards.Where(shard => Acks.Resumed(shard, moment, aside) is null))}.");
            await Task.Delay(Look, Cancel);
        }
    }

    /// <summary>Waits until every member votes and is level.</summary>
    public async Task LevelAsync(TimeSpan limit)
    {
        long since = Now;
        while (true)
        {
            JsonNode?[] healths = await Task.WhenAll(Members.Select(member => member.HealthAsync()));
            if (healths.All(health => health?["ready"]?.GetValue<bool>() == true)) return;
            if (Now - since > limit.TotalMilliseconds)
                throw new SeriesException($"Not every member is ready after {limit.TotalSeconds:0} s: {string.Join("; ", healths.Select((health, i) => $"{i}: {health?.ToJsonString() ?? "no answer"}"))}");
            await Task.Delay(Look, Cancel);
        }
    }

    /// <summary>Holds everything that was acknowledged against members, each alone.</summary>
    public async Task<JsonNode> VerifyAsync(IEnumerable<MemberProcess> members, bool proofsOnly, int patienceSeconds, long since = 0)
    {
        List<string> arguments = ["load", "verify", AckFile, "--patience", patienceSeconds.ToString(CultureInfo.InvariantCulture)];
        if (since > 0) arguments.AddRange(["--since", since.ToString(CultureInfo.InvariantCulture)]);
        if (proofsOnly) arguments.Add("--proofs-only");
        foreach (MemberProcess member in members) arguments.AddRange(["--node", member.Door.ToString()]);
        return (await Cli.RunAsync(arguments)).Json;
    }

    /// <summary>Runs a command at any member that answers; it must succeed.</summary>
    public Task<JsonNode> MustAsync(params IEnumerable<string> arguments) => Cli.MustAsync([.. arguments, .. Members.SelectMany(member => (string[])["--node", member.Door.ToString()])]);

    /// <summary>Ends the load and returns what it counted.</summary>
    public async Task<JsonNode> EndLoadAsync()
    {
        using LoadProcess load = _load!;
        _load = null;
        return await load.EndAsync();
    }

    /// <summary>Throws when the load has ended by itself.</summary>
    public Task MustLoadAsync() => _load?.MustRunAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _load?.Dispose();
        foreach (MemberProcess member in Members) member.Dispose();
        for (int i = _owned.Count - 1; i >= 0; i--) await _owned[i].DisposeAsync();
    }

    private readonly List<MemberLaunch> _launches = [];

    private async Task OpenAsync(WorldKind kind, int seed, Action<string> say)
    {
        Directory.CreateDirectory(_folder);
        string[] folders = [.. Enumerable.Range(0, MemberCount).Select(i => Path.Combine(_folder, $"member-{i}"))];
        string[] hosts = [.. Enumerable.Repeat("127.0.0.1", MemberCount)];
        if (kind == WorldKind.Namespaces)
        {
            Network = Own(await Namespaces.CreateAsync(MemberCount));
            hosts = [.. Enumerable.Range(0, MemberCount).Select(Network.Address)];
        }
        else if (kind == WorldKind.Loopback)
        {
            Disk = await SmallDisk.TryMountAsync(folders[SmallDiskMember], SmallDiskMegabytes);
            if (Disk is not null) _owned.Add(Disk);
            Postgres = await PostgresProcess.TryStartAsync(_folder);
            if (Postgres is not null) _owned.Add(Postgres);
        }
        int[] doors = [.. hosts.Select(_ => Programs.FreePort())], links = [.. hosts.Select(_ => Programs.FreePort())];
        int[] faces = kind != WorldKind.Namespaces ? [.. hosts.Select(_ => Programs.FreePort())] : links;
        if (kind != WorldKind.Namespaces) Proxies = [.. Enumerable.Range(0, MemberCount).Select(i => Own(new TcpProxy(faces[i], links[i], seed + i)))];
        Founding.Found($"faults-{seed}", folders, [.. hosts.Select((host, i) => $"https://{host}:{faces[i]}")]);
        List<MemberProcess> members = [];
        Members = members;
        for (int i = 0; i < MemberCount; i++)
        {
            Uri door = new($"http://{hosts[i]}:{doors[i]}/");
            MemberLaunch launch = new()
            {
                Assembly = Programs.Node,
                Arguments = ["--role", "member", "--data", folders[i], "--url", door.AbsoluteUri, "--links-url", $"https://{hosts[i]}:{links[i]}"],
                Before = Network?.Enter(i) ?? [],
            };
            _launches.Add(launch);
            members.Add(new MemberProcess(i, door, folders[i], Path.Combine(_folder, $"member-{i}.log"), launch));
        }
        say($"Starting {MemberCount} members in {_folder}");
        await Task.WhenAll(members.Select(member => member.StartAsync()));
        Cli = new CommandLine(Path.Combine(_folder, "keys"), Cancel);
    }

    private T Own<T>(T item)
        where T : IAsyncDisposable
    {
        _owned.Add(item);
        return item;
    }

    private async Task<Dictionary<int, int>> LeadersAsync()
    {
        JsonNode?[] healths = await Task.WhenAll(Members.Select(member => member.HealthAsync()));
        return healths.OfType<JsonNode>().SelectMany(health => health["shards"]!.AsArray())
            .GroupBy(shard => shard!["shard"]!.GetValue<int>())
            .ToDictionary(group => group.Key, group => group.GroupBy(shard => shard!["leader"]!.GetValue<int>()).MaxBy(leader => leader.Count())!.Key);
    }
}
