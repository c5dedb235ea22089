using System.Net;
using System.Security.Cryptography;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Actors.Network;
using HealthLedger.Client.Keys;
using HealthLedger.Node.Doors;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Validator;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Links.Http;

namespace HealthLedger.Node.Members;

/// <summary>One member's node: validator, actors in the host that the role gives, doors; the other members are elsewhere.</summary>
internal sealed class MemberHost : IAsyncDisposable
{
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(500);

    private readonly DoorHost _doors;
    private readonly HttpLinks _links;
    private readonly MemberRunner _runner;
    private readonly RandomNumberGenerator _random;
    private readonly DrainWatch _drain;
    private IMemberActors? _actors;

    private MemberHost(DoorHost doors, HttpLinks links, MemberRunner runner, RandomNumberGenerator random, DrainWatch drain) =>
        (_doors, _links, _runner, _random, _drain) = (doors, links, runner, random, drain);

    /// <summary>Where the doors are.</summary>
    public Uri Address => _doors.Address;

    /// <summary>Starts the member with its actors in the embedded host; a fault says what stands in the way.</summary>
    public static Task<Result<MemberHost>> StartAsync(NodeOptions options, TimeProvider clock, Action<ILoggingBuilder> logging, CancellationToken cancel, MemberSeams? seams = null) =>
        StartAsync(options, shardsElsewhere: false, place => Task.FromResult(EmbeddedActors.Of(place)), clock, logging, cancel, seams);

    /// <summary>Starts the member; a fault says what stands in the way.</summary>
    /// <param name="options">How.</param>
    /// <param name="shardsElsewhere">Whether the shard actors are the host's, not the member's.</param>
    /// <param name="actors">Makes the host of the actors, once the member's replica runs.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logging">Where logs go.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="seams">Where a test puts something of its own between; null for none.</param>
    public static async Task<Result<MemberHost>> StartAsync(NodeOptions options, bool shardsElsewhere, Func<MemberPlace, Task<Result<IMemberActors>>> actors,
        TimeProvider clock, Action<ILoggingBuilder> logging, CancellationToken cancel, MemberSeams? seams = null)
    {
        seams ??= new MemberSeams();
        if (!MemberFolder.Open(options.Data).TryGet(out MemberFolder? folder, out Fault fault)) return fault;
        if (folder.Member is not { Request.Member: { } member }) return new Fault(FaultCode.KeyFolderIncomplete, $"There are no keys of a member in {MemberFolder.MemberPath(options.Data)}: make them with `healthledger network init`.");
        if (!MemberKeys.Read(folder.Member).TryGet(out MemberKeys? keys, out fault) || !Seats.Of(folder).TryGet(out IReadOnlyList<Seated>? seated, out fault)) return fault;
        if (!folder.ReadConfigurations().TryGet(out ConfigurationHistory? history, out fault)) return fault;
        ConfigurationBook book = new(history);
        Hash32 self = member.Identity.KeyId;
        if (!ListenAddress(options, member.Endpoint).TryGet(out IPEndPoint? listen, out fault)) return fault;

        if (!DoorHost.Prepare(options.Role, options.Url, options.PublicUrl, logging).TryGet(out DoorHost? doors, out fault)) return fault;
        Result<HttpLinks> linked = await HttpLinks.StartAsync(seams.Links(new HttpLinkOptions { Listen = listen }), folder.Genesis, self, keys.Transport, book, clock, doors.Logs.CreateLogger<HttpLinks>());
        if (!linked.TryGet(out HttpLinks? links, out fault))
        {
            await doors.DisposeAsync();
            return fault.Code == FaultCode.AddressTaken ? new Fault(fault.Code, $"{fault.Message} Choose another address with --links-url.") : fault;
        }
        RandomNumberGenerator random = RandomNumberGenerator.Create();
        if (!(await doors.OpenDatabaseAsync(options.Data, clock)).TryGet(out NodeDatabases? databases, out fault)
            || !databases.Store(folder.Genesis, self, MemberFolder.MemberPath(options.Data), random).TryGet(out SnapshotStore? snapshots, out fault))
        {
            await links.DisposeAsync();
            await doors.DisposeAsync();
            return fault;
        }
        LedgerShardOptions shard = new() { SlowAfter = doors.SlowAfter };
        MemberRunner runner = new(seams.Parts(new MemberParts
        {
            Member = self,
            Book = () => book,
            ValidatorKeys = () => [keys.Validator],
            Signing = keys.Signing,
            Links = links,
            Connect = links.Connect,
            Replica = new ReplicaOptions { Folder = folder.ReplicaPath },
            Shard = shard,
            ShardsElsewhere = shardsElsewhere,
            Random = random,
            Time = clock,
            Loggers = doors.Logs,
        }));
        MemberHost host = new(doors, links, runner, random, new DrainWatch(MemberFolder.DrainPath(options.Data), runner, clock));
        MemberPlace place = new(options.Role, folder, self, keys, runner, links, listen, shard, book, snapshots, clock, random, doors.Logs);
        Fault? refused = await host.OpenAsync(place, actors, seated, options.Data, cancel);
        if (refused is null) return host;
        await host.DisposeAsync();
        return refused.Value;
    }

    /// <summary>Waits until the process is asked to stop, or its replica has ended for good; true for the first.</summary>
    public async Task<bool> WaitForEndAsync(CancellationToken cancel)
    {
        Task asked = _doors.WaitForShutdownAsync(cancel);
        return await Task.WhenAny(asked, _runner.Failed) == asked;
    }

    /// <summary>Closes the doors, hands over what this member leads, lets that reach the others, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _drain.DisposeAsync();
        await _doors.CloseAsync();
        if (_actors is not null) await _actors.DisposeAsync();
        await _runner.DisposeAsync();
        await _links.DrainAsync(LastWords);
        await _links.DisposeAsync();
        await _doors.DisposeAsync();
        _random.Dispose();
    }

    private async Task<Fault?> OpenAsync(MemberPlace place, Func<MemberPlace, Task<Result<IMemberActors>>> actors, IReadOnlyList<Seated> seated, string clients, CancellationToken cancel)
    {
        Result<StandaloneMember> started = await _runner.StartAsync();
        if (!started.IsOk) return started.Fault;
        if (!(await actors(place)).TryGet(out _actors, out Fault fault)) return fault;
        return await _doors.OpenAsync(_actors.Node, _actors.Status, seated, clients, [], place.Keys.Signing, cancel);
    }

    private static Result<IPEndPoint> ListenAddress(NodeOptions options, string endpoint)
    {
        if (options.Links is { } given) return given;
        return Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? own) && own.Scheme == Uri.UriSchemeHttps
            ? new IPEndPoint(IPAddress.Loopback, own.Port)
            : new Fault(FaultCode.UsageWrong, $"The genesis names {endpoint} as this member's endpoint, which is no https address: name one to listen at with --links-url.");
    }
}
