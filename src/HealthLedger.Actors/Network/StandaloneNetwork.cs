using System.Security.Cryptography;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Links;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Actors.Network;

/// <summary>
/// A whole network in one process: 1 to 7 members, each with its own folder, keys and disk, that reach each other through memory. Founded at
/// the first start, continued later. Members can be stopped, killed and started one by one.
/// </summary>
public sealed class StandaloneNetwork : IAsyncDisposable
{
    private readonly NetworkFolder _folder;
    private readonly MemberRunner[] _members;

    private StandaloneNetwork(NetworkFolder folder, StandaloneOptions options, RandomNumberGenerator random, TimeProvider time, ILoggerFactory loggers)
    {
        _folder = folder;
        Links = new LoopbackLinks();
        _members = [.. Enumerable.Range(0, folder.Genesis.Configuration.N).Select(member => new MemberRunner(new MemberParts
        {
            Member = IdOf(member),
            Book = () => new ConfigurationBook(Genesis),
            ValidatorKeys = [folder.Validators[member]],
            Signing = folder.Organizations[member].Signing,
            Links = Links.Of(IdOf(member)),
            Connect = endpoint => Links.Connect(IdOf(member), endpoint),
            Replica = options.Replica with { Folder = folder.StoreOf(member), Storage = options.Storage },
            Shard = options.Shard,
            ShardsElsewhere = options.ShardsElsewhere,
            Random = random,
            Time = time,
            Loggers = loggers,
        }))];
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
    public Hash32 IdOf(int member) => Genesis.Configuration.Members[member].Identity.KeyId;

    /// <summary>Runs a member.</summary>
    public MemberRunner Runner(int member) => _members[member];

    /// <summary>A member that is up; null while it is down.</summary>
    public StandaloneMember? Member(int member) => _members[member].Up;

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
    public Task<Result<StandaloneMember>> StartMemberAsync(int member) => _members[member].StartAsync();

    /// <summary>Stops a member in good order; it may be started again.</summary>
    public Task StopMemberAsync(int member) => _members[member].StopAsync();

    /// <summary>Ends a member as a crash would: what its disk does not hold is gone.</summary>
    public Task KillMemberAsync(int member) => _members[member].KillAsync();

    /// <summary>Stops all members.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (MemberRunner member in _members) await member.DisposeAsync();
    }
}
