using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Validator;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Links;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Actors.Network;

/// <summary>
/// A whole network in one process: 1 to 7 members, each with its own folder, keys and disk, that reach each other through memory. Founded at
/// the first start, continued later. Members can be stopped, killed and started one by one; others may be added, who are members once those of today have
/// decided so.
/// </summary>
public sealed class StandaloneNetwork : IAsyncDisposable
{
    private readonly NetworkFolder _folder;
    private readonly StandaloneOptions _options;
    private readonly RandomNumberGenerator _random;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ConcurrentDictionary<int, OrganizationKeys> _keys = new();
    private ImmutableArray<MemberRunner> _members = [];

    private StandaloneNetwork(NetworkFolder folder, StandaloneOptions options, RandomNumberGenerator random, TimeProvider time, ILoggerFactory loggers)
    {
        (_folder, _options, _random, _time, _loggers) = (folder, options, random, time, loggers);
        Links = new LoopbackLinks();
        for (int member = 0; member < folder.SeatCount; member++) AddRunner(member);
    }

    /// <summary>The genesis.</summary>
    public GenesisFile Genesis => _folder.Genesis;

    /// <summary>Members, up or down.</summary>
    public int Count => _members.Length;

    /// <summary>The ways between the members; tests cut them.</summary>
    public LoopbackLinks Links { get; }

    /// <summary>Keys of all organizations of the genesis: first the members', in order.</summary>
    public IReadOnlyList<OrganizationKeys> Organizations => _folder.Organizations;

    /// <summary>A member's id, by which links know it.</summary>
    public Hash32 IdOf(int member) => KeysOf(member).Identity.Public.KeyId;

    /// <summary>A member's own keys.</summary>
    public OrganizationKeys KeysOf(int member) => _keys.GetOrAdd(member, _folder.OwnKeysOf);

    /// <summary>Runs a member.</summary>
    public MemberRunner Runner(int member) => _members[member];

    /// <summary>A member that is up; null while it is down.</summary>
    public StandaloneMember? Member(int member) => _members[member].Up;

    /// <summary>A member as a configuration lists it, with its newest validator key.</summary>
    public Member Certify(int member) => _folder.Certify(member);

    /// <summary>A member as an organization: a configuration that takes it in makes it known with this.</summary>
    public Organization OrganizationOf(int member) => _folder.OrganizationOf(member);

    /// <summary>Makes the keys of one more member. It may be started at once, and follows; it votes once the members have decided on it. Its number here.</summary>
    public int AddMember(string name)
    {
        int added = _folder.AddSeat(name);
        AddRunner(added);
        return added;
    }

    /// <summary>Makes a member another validator key, up or down. It signs with it from the configuration on that names it.</summary>
    public void AddValidatorKey(int member)
    {
        SigningKey key = _folder.AddValidator(member);
        Member(member)?.Replica.AddValidatorKey(key);
    }

    /// <summary>A member that is down loses its disk, and with it the record of its votes: it gets a new validator key, and follows until the members have decided on that.</summary>
    public void LoseDisk(int member)
    {
        if (Member(member) is not null) throw new InvalidOperationException("A member that is up has its disk.");
        _folder.LoseStore(member);
    }

    /// <summary>A member's own folder.</summary>
    public string FolderOf(int member) => _folder.FolderOf(member);

    /// <summary>Starts all members.</summary>
    /// <param name="folder">Where everything lives; created where it is missing.</param>
    /// <param name="members">1 to 7; the number the folder was founded with.</param>
    /// <param name="options">How.</param>
    /// <param name="random">Keys and ids come from it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Gets each member's log.</param>
    /// <returns>The network, or why it cannot start.</returns>
    public static async Task<Result<StandaloneNetwork>> StartAsync(
        string folder, int members, StandaloneOptions options, RandomNumberGenerator random, TimeProvider time, ILoggerFactory loggers)
    {
        if (!NetworkFolder.Open(folder, members, options, random, time).TryGet(out NetworkFolder? found, out Fault fault)) return fault;
        StandaloneNetwork network = new(found, options, random, time, loggers);
        Result<StandaloneMember>[] opened = await Task.WhenAll(network._members.Select(member => member.OpenAsync()));
        foreach (Result<StandaloneMember> member in opened)
        {
            if (member.IsOk) continue;
            await network.DisposeAsync();
            return member.Fault;
        }
        // All are there before the first asks the others what they hold of it, so none has to ask twice.
        foreach (Result<StandaloneMember> member in opened) member.Value.Replica.Run();
        return network;
    }

    /// <summary>Starts a member that is down; one that is up is given back.</summary>
    /// <param name="member">Its number here.</param>
    /// <param name="options">How its replica runs this time, where not as the others'.</param>
    public Task<Result<StandaloneMember>> StartMemberAsync(int member, ReplicaOptions? options = null) =>
        _members[member].StartAsync(options is null ? null : options with { Folder = _folder.StoreOf(member), Storage = _options.Storage });

    /// <summary>Stops a member in good order; it may be started again.</summary>
    public Task StopMemberAsync(int member) => _members[member].StopAsync();

    /// <summary>Ends a member as a crash would: what its disk does not hold is gone.</summary>
    public Task KillMemberAsync(int member) => _members[member].KillAsync();

    /// <summary>Stops all members.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (MemberRunner member in _members) await member.DisposeAsync();
    }

    private void AddRunner(int member) => _members = _members.Add(new MemberRunner(new MemberParts
    {
        Member = IdOf(member),
        Book = () => new ConfigurationBook(KnownHistory()),
        ValidatorKeys = () => _folder.ValidatorsOf(member),
        Signing = KeysOf(member).Signing,
        Links = Links.Of(IdOf(member)),
        Connect = endpoint => Links.Connect(IdOf(member), endpoint),
        Replica = _options.Replica with { Folder = _folder.StoreOf(member), Storage = _options.Storage },
        Shard = _options.Shard,
        ShardsElsewhere = _options.ShardsElsewhere,
        Random = _random,
        Time = _time,
        Loggers = _loggers,
    }));

    /// <summary>What the members that are up know of the configurations: one that joins begins with it.</summary>
    private ConfigurationHistory KnownHistory() =>
        _members.Select(member => member.Up?.Replica.Book.History).OfType<ConfigurationHistory>().MaxBy(history => history.Newest.Number) ?? ConfigurationHistory.From(Genesis);
}
