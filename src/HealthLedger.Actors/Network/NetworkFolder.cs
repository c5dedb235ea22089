using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Actors.Network;

/// <summary>
/// The folder of a standalone network: <c>genesis.cbor</c>, for each member <c>members/n/keys</c> and <c>members/n/store</c>, for each other organization
/// <c>organizations/n/keys</c>. Founders come first; a member that joined later has its name in <c>members/n/name</c>. A validator key that is to follow another
/// lies beside it as <c>validator-1</c>, <c>validator-2</c> ... Key files are readable by their owner alone. The genesis is written last: without it the folder is
/// founded anew.
/// </summary>
internal sealed class NetworkFolder
{
    private const string GenesisName = "genesis.cbor", NameFile = "name";
    private readonly string _folder;
    private readonly RandomNumberGenerator _random;

    private NetworkFolder(string folder, RandomNumberGenerator random) => (_folder, _random) = (folder, random);

    /// <summary>The genesis.</summary>
    public required GenesisFile Genesis { get; init; }

    /// <summary>Members that have a folder here, founders first.</summary>
    public int SeatCount => Enumerable.Range(0, int.MaxValue).TakeWhile(seat => KeyFiles.Has(KeysOf(MemberPath(_folder, seat)), "index")).Count();

    /// <summary>Keys of the genesis's organizations: first the founders', in order.</summary>
    public required IReadOnlyList<OrganizationKeys> Organizations { get; init; }

    /// <summary>Where a member's replica lives.</summary>
    public string StoreOf(int member) => Path.Combine(FolderOf(member), "store");

    /// <summary>A member's own folder.</summary>
    public string FolderOf(int member) => MemberPath(_folder, member);

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
            Organizations = organizations,
        };
    }

    private static void Found(string folder, int members, StandaloneOptions options, RandomNumberGenerator random, TimeProvider time)
    {
        NetworkFolder founding = new(folder, random) { Genesis = null!, Organizations = [] };
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

    /// <summary>A member's validator keys, the newest last.</summary>
    public IReadOnlyList<SigningKey> ValidatorsOf(int seat) => [.. ValidatorNames(seat).Select(name => ReadSigning(MemberPath(_folder, seat), name))];

    /// <summary>A member's own keys as an organization.</summary>
    public OrganizationKeys OwnKeysOf(int seat) => seat < Genesis.Configuration.N
        ? Organizations[seat]
        : ReadOrganization(MemberPath(_folder, seat), Genesis, OrganizationOf(seat));

    /// <summary>A member with its newest keys, certified by its identity key.</summary>
    public Member Certify(int seat)
    {
        string path = MemberPath(_folder, seat);
        using SigningKey transport = ReadSigning(path, "transport");
        OrganizationKeys own = OwnKeysOf(seat);
        return Member.Certify(Genesis.Network, own.Name, own.Identity, ValidatorsOf(seat)[^1].Public, transport.Public, own.Sealing.Public, $"loopback:{seat}");
    }

    /// <summary>A member as an organization.</summary>
    public Organization OrganizationOf(int seat)
    {
        if (seat < Genesis.Configuration.N) return Genesis.Organizations[seat];
        string path = MemberPath(_folder, seat);
        using SigningKey identity = ReadSigning(path, "identity"), signing = ReadSigning(path, "signing");
        using SealingKey sealing = KeyFiles.ReadSealing(KeysOf(path), "sealing").Value;
        return new Organization(File.ReadAllText(Path.Combine(path, NameFile)), identity.Public, [signing.Public], sealing.Public, StandaloneOptions.CareProvider | OrganizationRoles.Custodian);
    }

    /// <summary>Makes the keys of one more member; it is none before the others have decided so. Its seat.</summary>
    public int AddSeat(string name)
    {
        int seat = SeatCount;
        string path = MemberPath(_folder, seat);
        using SigningKey identity = NewSigning(path, "identity"), validator = NewSigning(path, "validator"), transport = NewSigning(path, "transport");
        File.WriteAllText(Path.Combine(path, NameFile), name);
        NewOrganization(path, name, StandaloneOptions.CareProvider | OrganizationRoles.Custodian, identity);
        return seat;
    }

    /// <summary>Makes a member another validator key, beside those that it has.</summary>
    public SigningKey AddValidator(int seat) => NewSigning(MemberPath(_folder, seat), $"validator-{ValidatorNames(seat).Count}");

    /// <summary>Forgets a member's store and validator keys, as a lost disk does, and makes it a new key.</summary>
    public void LoseStore(int seat)
    {
        string path = MemberPath(_folder, seat);
        if (Directory.Exists(StoreOf(seat))) Directory.Delete(StoreOf(seat), recursive: true);
        foreach (string name in ValidatorNames(seat)) KeyFiles.Delete(KeysOf(path), name);
        NewSigning(path, "validator").Dispose();
    }

    private List<string> ValidatorNames(int seat)
    {
        List<string> names = [];
        for (string name = "validator"; KeyFiles.Has(KeysOf(MemberPath(_folder, seat)), name); name = $"validator-{names.Count}") names.Add(name);
        return names;
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
