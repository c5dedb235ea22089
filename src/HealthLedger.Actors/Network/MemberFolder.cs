using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Actors.Network;

/// <summary>
/// The folder of a node on its own machine: <c>genesis.cbor</c>; <c>configurations.cbor</c>, where it joins later; <c>member/</c> with the member's keys, absent at a gateway; <c>organizations/*/</c> with the keys of
/// further organizations that its doors act for; <c>replica/</c>.
/// </summary>
public sealed class MemberFolder
{
    private const string GenesisName = "genesis.cbor", MemberName = "member", OrganizationsName = "organizations", ReplicaName = "replica", DrainName = "drain", ConfigurationsName = "configurations.cbor";

    private MemberFolder(string path, GenesisFile genesis, PartyFolder? member, IReadOnlyList<PartyFolder> organizations) =>
        (Path, Genesis, Member, Organizations) = (path, genesis, member, organizations);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The network's genesis.</summary>
    public GenesisFile Genesis { get; }

    /// <summary>The member's keys; null at a gateway.</summary>
    public PartyFolder? Member { get; }

    /// <summary>The keys of the organizations beside the member, by folder name.</summary>
    public IReadOnlyList<PartyFolder> Organizations { get; }

    /// <summary>Where the replica lives.</summary>
    public string ReplicaPath => ReplicaPathOf(Path);

    /// <summary>Where the replica of a node's folder lives.</summary>
    public static string ReplicaPathOf(string folder) => System.IO.Path.Combine(folder, ReplicaName);

    /// <summary>While this file is there the node leads nothing and takes no new work; whoever may write the folder may put it there.</summary>
    public static string DrainPath(string folder) => System.IO.Path.Combine(folder, DrainName);

    /// <summary>Where a folder's genesis is.</summary>
    public static string GenesisPath(string folder) => System.IO.Path.Combine(folder, GenesisName);

    /// <summary>Where the keys of a folder's member are.</summary>
    public static string MemberPath(string folder) => System.IO.Path.Combine(folder, MemberName);

    /// <summary>Where the keys of an organization beside the member are.</summary>
    public static string OrganizationPath(string folder, string name) => System.IO.Path.Combine(folder, OrganizationsName, name);

    /// <summary>Where a joining node's folder has the history of configurations.</summary>
    public static string ConfigurationsPath(string folder) => System.IO.Path.Combine(folder, ConfigurationsName);

    /// <summary>The history that the folder was given, so that a node which joins later finds today's members; the genesis alone where it was given none.</summary>
    public Result<ConfigurationHistory> ReadConfigurations()
    {
        string path = ConfigurationsPath(Path);
        if (!File.Exists(path)) return ConfigurationHistory.From(Genesis);
        return WholeFile.Read(path, ConfigurationHistory.BytesMax).TryGet(out byte[]? bytes, out Fault fault) ? ConfigurationHistory.Decode(bytes, Genesis) : fault;
    }

    /// <summary>Reads and verifies a genesis file.</summary>
    public static Result<GenesisFile> ReadGenesis(string path) => WholeFile.Read(path, GenesisFile.BytesMax).TryGet(out byte[]? bytes, out Fault fault) ? GenesisFile.Decode(bytes) : fault;

    /// <summary>Opens a folder; a fault says what is missing, and whose keys are of another network.</summary>
    public static Result<MemberFolder> Open(string path)
    {
        if (!ReadGenesis(GenesisPath(path)).TryGet(out GenesisFile? genesis, out Fault fault)) return fault;
        PartyFolder? member = null;
        if (Directory.Exists(MemberPath(path)) && !PartyFolder.Open(MemberPath(path)).TryGet(out member, out fault)) return fault;
        List<PartyFolder> organizations = [];
        string beside = System.IO.Path.Combine(path, OrganizationsName);
        string[] folders = Directory.Exists(beside) ? [.. Directory.EnumerateDirectories(beside).Order(StringComparer.Ordinal)] : [];
        foreach (string folder in folders)
        {
            if (!PartyFolder.Open(folder).TryGet(out PartyFolder? organization, out fault)) return fault;
            organizations.Add(organization);
        }
        foreach (PartyFolder party in member is null ? organizations : [member, .. organizations])
            if (party.Request.Network != genesis.Network)
                return new Fault(FaultCode.PlaceWrong, $"The keys of {party.Request.Organization.Name} are for the network {party.Request.Network}, not {genesis.Network}.");
        return new MemberFolder(path, genesis, member, organizations);
    }
}
