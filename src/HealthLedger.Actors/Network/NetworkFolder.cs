using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Actors.Network;

/// <summary>
/// The folder of a standalone network: <c>genesis.cbor</c>, for each member <c>members/n/keys</c> and <c>members/n/store</c>, for each other organization
/// <c>organizations/n/keys</c>. Key files are readable by their owner alone. The genesis is written last: without it the folder is founded anew.
/// </summary>
internal sealed class NetworkFolder
{
    private const string GenesisName = "genesis.cbor";
    private readonly string _folder;
    private readonly RandomNumberGenerator _random;

    private NetworkFolder(string folder, RandomNumberGenerator random) => (_folder, _random) = (folder, random);

    /// <summary>The genesis.</summary>
    public required GenesisFile Genesis { get; init; }

    /// <summary>Validator keys, by member.</summary>
    public required IReadOnlyList<SigningKey> Validators { get; init; }

    /// <summary>Transport keys, by member.</summary>
    public required IReadOnlyList<SigningKey> Transports { get; init; }

    /// <summary>Keys of all organizations: first the members', in order.</summary>
    public required IReadOnlyList<OrganizationKeys> Organizations { get; init; }

    /// <summary>Where a member's replica lives.</summary>
    public string StoreOf(int member) => Path.Combine(MemberPath(_folder, member), "store");

    /// <summary>Opens the folder, or founds a network in it.</summary>
    public static Result<NetworkFolder> Open(string folder, int members, StandaloneOptions options, RandomNumberGenerator random, TimeProvider time)
    {
        if (members is < 1 or > StandaloneOptions.MembersMax) return new Fault(FaultCode.FormatValue, $"A standalone network has 1 to {StandaloneOptions.MembersMax} members, not {members}.");
        string path = Path.Combine(folder, GenesisName);
        if (!File.Exists(path)) Found(folder, members, options, random, time);
        if (!GenesisFile.Decode(File.ReadAllBytes(path)).TryGet(out GenesisFile? genesis, out Fault fault)) return fault;
        if (genesis.Configuration.N != members) return new Fault(FaultCode.FormatValue, $"The folder holds a network of {genesis.Configuration.N} members, not {members}.");
        List<OrganizationKeys> organizations = [];
        for (int i = 0; i < genesis.Organizations.Length; i++)
            organizations.Add(ReadOrganization(i < members ? MemberPath(folder, i) : OrganizationPath(folder, i - members), genesis, genesis.Organizations[i]));
        return new NetworkFolder(folder, random)
        {
            Genesis = genesis,
            Validators = [.. Enumerable.Range(0, members).Select(i => ReadSigning(MemberPath(folder, i), "validator"))],
            Transports = [.. Enumerable.Range(0, members).Select(i => ReadSigning(MemberPath(folder, i), "transport"))],
            Organizations = organizations,
        };
    }

    private static void Found(string folder, int members, StandaloneOptions options, RandomNumberGenerator random, TimeProvider time)
    {
        NetworkFolder founding = new(folder, random) { Genesis = null!, Validators = [], Transports = [], Organizations = [] };
        GenesisBuilder builder = new(options.Network, time.GetUtcNow().ToUnixTimeMilliseconds(), options.Shards);
        List<SigningKey> identities = [];
        for (int i = 0; i < members; i++)
        {
            string path = MemberPath(folder, i), name = i < options.MemberNames.Count ? options.MemberNames[i] : $"Member {i + 1}";
            SigningKey identity = founding.NewSigning(path, "identity"), validator = founding.NewSigning(path, "validator"), transport = founding.NewSigning(path, "transport");
            Organization organization = founding.NewOrganization(path, name, StandaloneOptions.CareProvider | OrganizationRoles.Custodian, identity);
            builder.Add(Member.Certify(options.Network, name, identity, validator.Public, transport.Public, organization.Sealing, $"loopback:{i}"));
            builder.Add(organization);
            identities.Add(identity);
        }
        for (int i = 0; i < options.Organizations.Count; i++)
        {
            string path = OrganizationPath(folder, i);
            builder.Add(founding.NewOrganization(path, options.Organizations[i].Name, options.Organizations[i].Roles, founding.NewSigning(path, "identity")));
        }
        GenesisFile genesis = builder.Build([.. identities]).Value;
        string temporary = Path.Combine(folder, GenesisName + ".new");
        File.WriteAllBytes(temporary, genesis.Bytes.ToArray());
        File.Move(temporary, Path.Combine(folder, GenesisName));
    }

    private Organization NewOrganization(string path, string name, OrganizationRoles roles, SigningKey identity)
    {
        using SigningKey signing = NewSigning(path, "signing");
        using SealingKey sealing = KeyFiles.NewSealing(KeysOf(path), "sealing", _random);
        KeyFiles.NewIndex(KeysOf(path), "index", _random);
        return new Organization(name, identity.Public, [signing.Public], sealing.Public, roles);
    }

    private SigningKey NewSigning(string path, string name) => KeyFiles.NewSigning(KeysOf(path), name, _random);

    private static OrganizationKeys ReadOrganization(string path, GenesisFile genesis, Organization organization) => new(
        organization.Name, genesis.DidOf(organization.Identity), organization.Roles, ReadSigning(path, "identity"), ReadSigning(path, "signing"),
        KeyFiles.ReadSealing(KeysOf(path), "sealing").Value, KeyFiles.ReadIndex(KeysOf(path), "index").Value);

    private static SigningKey ReadSigning(string path, string name) => KeyFiles.ReadSigning(KeysOf(path), name).Value;

    private static string KeysOf(string path) => Path.Combine(path, "keys");

    private static string MemberPath(string folder, int member) => Path.Combine(folder, "members", $"{member}");

    private static string OrganizationPath(string folder, int organization) => Path.Combine(folder, "organizations", $"{organization}");
}
