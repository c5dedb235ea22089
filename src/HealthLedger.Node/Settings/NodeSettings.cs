using System.CommandLine;
using System.Globalization;
using System.Net;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Settings;

/// <summary>All settings of the node, and how they are read together.</summary>
internal sealed class NodeSettings
{
    private const int MembersMax = 7, ShardsMax = 1024, NodesMax = 16;

    private readonly Setting<string> _role = new("role", "What this process is.", "one of " + string.Join(", ", NodeRole.All), NodeRole.Standalone, text => (NodeRole.All.Contains(text), text));

    private readonly Setting<string> _data = new("data", "Where keys, ledger and vault live.", "a folder; standalone founds a network in it at the first start", "healthledger-data", text => (text.Length > 0, text));

    private readonly Setting<int> _members = new("members", "Members of a standalone network; fixed at its first start.", $"a number from 1 to {MembersMax}", "4", text => Number(text, MembersMax));

    private readonly Setting<int> _shards = new("shards", "Shards beside the directory; fixed at a standalone network's first start.", $"a number from 1 to {ShardsMax}", "4", text => Number(text, ShardsMax));

    private readonly Setting<Uri> _url = new("url", "Where the doors listen; port 0 takes a free one.", "an address such as http://127.0.0.1:8080", "http://127.0.0.1:8080", text => Http(text));

    private readonly Setting<Uri> _publicUrl = new("public-url", "Where clients reach the doors, if not at --url.", "an http or https address", null, text => Http(text, "https"));

    private readonly Setting<IPEndPoint> _links = new("links-url", "Where other members reach this one; its port in the genesis, on loopback alone, where it is not given.", "an https address with an IP address and a port, such as https://0.0.0.0:9443", null, Links);

    private readonly Setting<IReadOnlyList<Uri>> _nodes = new("nodes", "The members' nodes behind a gateway, the preferred first.", $"1 to {NodesMax} http or https addresses with commas between", null, text =>
    {
        (bool Fits, Uri? Value)[] each = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(one => Http(one, "https"))];
        return (each.Length is > 0 and <= NodesMax && each.All(one => one.Fits), [.. each.Select(one => one.Value!)]);
    });

    private readonly Setting<string> _clusterDatabase = new("cluster-database", "The grain database of a silo or cluster-gateway; better given by the environment than seen in a list of processes.", "a PostgreSQL connection string", null, text => (text.Length > 0, text));

    private readonly Setting<IPEndPoint> _siloAddress = new("silo-address", $"Where a silo is reached by other silos, and {NodeOptions.PortStep} ports above by clients; {NodeOptions.PortStep} ports above --links-url where it is not given.", "an IP address and a port, such as 10.0.0.1:10443", null, text => (IPEndPoint.TryParse(text, out IPEndPoint? address) && address.Port is > 0 and <= ushort.MaxValue - NodeOptions.PortStep, address));

    private readonly Setting<string> _clusterKey = new("cluster-key", "The private key by which a cluster-gateway is known to silos; a silo is known by its member's transport key where it is not given.", "a PEM file", null, text => (text.Length > 0, text));

    private readonly Setting<string> _clusterTrust = new("cluster-trust", "Further keys that are let in, beside the members' transport keys for silos.", "a file with lines of silo or client and the SHA-256 of a key's SubjectPublicKeyInfo in hex", null, text => (text.Length > 0, text));

    /// <summary>The options of the command line.</summary>
    public IEnumerable<Option> Options => [_role.Option, _data.Option, _members.Option, _shards.Option, _url.Option, _publicUrl.Option, _links.Option, _nodes.Option,
        _clusterDatabase.Option, _siloAddress.Option, _clusterKey.Option, _clusterTrust.Option];

    /// <summary>Reads all of them: the first that is not legal is the fault.</summary>
    public Result<NodeOptions> Read(ParseResult parsed, IConfiguration configuration)
    {
        if (!_role.Read(parsed, configuration).TryGet(out string? role, out Fault fault)) return fault;
        if (!_data.Read(parsed, configuration).TryGet(out string? data, out fault)) return fault;
        if (!_members.Read(parsed, configuration).TryGet(out int members, out fault)) return fault;
        if (!_shards.Read(parsed, configuration).TryGet(out int shards, out fault)) return fault;
        if (!_url.Read(parsed, configuration).TryGet(out Uri? url, out fault)) return fault;
        if (!_publicUrl.Read(parsed, configuration).TryGet(out Uri? publicUrl, out fault)) return fault;
        if (!_links.Read(parsed, configuration).TryGet(out IPEndPoint? links, out fault)) return fault;
        if (!_nodes.Read(parsed, configuration).TryGet(out IReadOnlyList<Uri>? nodes, out fault)) return fault;
        if (role == NodeRole.Gateway && nodes is null) return new Fault(FaultCode.UsageWrong, "A gateway needs the setting --nodes (HEALTHLEDGER__NODES): the addresses of members' nodes.");
        if (!_clusterDatabase.Read(parsed, configuration).TryGet(out string? database, out fault)) return fault;
        if (!_siloAddress.Read(parsed, configuration).TryGet(out IPEndPoint? silo, out fault)) return fault;
        if (!_clusterKey.Read(parsed, configuration).TryGet(out string? clusterKey, out fault)) return fault;
        if (!_clusterTrust.Read(parsed, configuration).TryGet(out string? clusterTrust, out fault)) return fault;
        if (database is null && !Database(configuration).TryGet(out database, out fault)) return fault;
        return new NodeOptions { Role = role!, Data = Path.GetFullPath(data!), Members = members, Shards = shards, Url = url!, PublicUrl = publicUrl, Links = links, Nodes = nodes ?? [],
            ClusterDatabase = database, SiloAddress = silo, ClusterKey = clusterKey, ClusterTrust = clusterTrust };
    }

    // The database of snapshots, where that is PostgreSQL, serves as the grain database too.
    private static Result<string?> Database(IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection("HealthLedger:Database");
        if (section["Kind"] is not "postgres") return Result<string?>.Ok(null);
        if (section["ConnectionStringFile"] is not { Length: > 0 } file) return Result<string?>.Ok(section["ConnectionString"]);
        try
        {
            return Result<string?>.Ok(File.ReadAllText(file).Trim());
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new Fault(FaultCode.UsageWrong, $"The file of HealthLedger:Database:ConnectionStringFile cannot be read: {unreadable.Message}");
        }
    }

    /// <summary>Environment over <c>appsettings.json</c> beside the program; a fault where that file is not JSON.</summary>
    public static Result<IConfiguration> Configuration()
    {
        try
        {
            return Result<IConfiguration>.Ok(new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true).AddEnvironmentVariables().Build());
        }
        catch (InvalidDataException unfit)
        {
            return new Fault(FaultCode.UsageWrong, $"appsettings.json cannot be read: {unfit.Message}");
        }
    }

    private static (bool, int) Number(string text, int most) => (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most, number);

    private static (bool Fits, Uri? Value) Http(string text, params ReadOnlySpan<string> more)
    {
        bool fits = Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && (address.Scheme == Uri.UriSchemeHttp || more.Contains(address.Scheme)) && address.UserInfo.Length == 0;
        return (fits, address);
    }

    private static (bool, IPEndPoint?) Links(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme == Uri.UriSchemeHttps && IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? ip) && address.AbsolutePath == "/"
            ? (true, new IPEndPoint(ip, address.Port)) : (false, null);
}
