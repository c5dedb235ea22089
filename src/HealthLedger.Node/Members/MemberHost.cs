using System.Net;
using System.Security.Cryptography;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Actors.Network;
using HealthLedger.Client.Keys;
using HealthLedger.Node.Doors;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Validator;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Links.Http;

namespace HealthLedger.Node.Members;

/// <summary>One member's node: validator, shard actors, doors; the other members are elsewhere.</summary>
internal sealed class MemberHost : IAsyncDisposable
{
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(500);

    private readonly DoorHost _doors;
    private readonly HttpLinks _links;
    private readonly MemberRunner _runner;
    private readonly NodeSlot _slot;
    private readonly RandomNumberGenerator _random;

    private MemberHost(DoorHost doors, HttpLinks links, MemberRunner runner, NodeSlot slot, RandomNumberGenerator random) =>
        (_doors, _links, _runner, _slot, _random) = (doors, links, runner, slot, random);

    /// <summary>Where the doors are.</summary>
    public Uri Address => _doors.Address;

    /// <summary>Starts the member; a fault says what stands in the way.</summary>
    public static async Task<Result<MemberHost>> StartAsync(NodeOptions options, TimeProvider clock, Action<ILoggingBuilder> logging, CancellationToken cancel, MemberSeams? seams = null)
    {
        seams ??= new MemberSeams();
        if (!MemberFolder.Open(options.Data).TryGet(out MemberFolder? folder, out Fault fault)) return fault;
        if (folder.Member is not { Request.Member: { } member }) return new Fault(FaultCode.KeyFolderIncomplete, $"There are no keys of a member in {MemberFolder.MemberPath(options.Data)}: make them with `healthledger network init`.");
        if (!MemberKeys.Read(folder.Member).TryGet(out MemberKeys? keys, out fault) || !Seats.Of(folder).TryGet(out IReadOnlyList<Seated>? seated, out fault)) return fault;
        if (!folder.ReadConfigurations().TryGet(out ConfigurationHistory? history, out fault)) return fault;
        ConfigurationBook book = new(history);
        Hash32 self = member.Identity.KeyId;
        if (!ListenAddress(options, member.Endpoint).TryGet(out IPEndPoint? listen, out fault)) return fault;

        if (!DoorHost.Prepare(NodeRole.Member, options.Url, options.PublicUrl, logging).TryGet(out DoorHost? doors, out fault)) return fault;
        Result<HttpLinks> linked = await HttpLinks.StartAsync(seams.Links(new HttpLinkOptions { Listen = listen }), folder.Genesis, self, keys.Transport, book, clock, doors.Logs.CreateLogger<HttpLinks>());
        if (!linked.TryGet(out HttpLinks? links, out fault))
        {
            await doors.DisposeAsync();
            return fault.Code == FaultCode.AddressTaken ? new Fault(fault.Code, $"{fault.Message} Choose another address with --links-url.") : fault;
        }
        RandomNumberGenerator random = RandomNumberGenerator.Create();
        MemberRunner runner = new(seams.Parts(new MemberParts
        {
            Member = self,
            Book = () => book,
            ValidatorKeys = () => [keys.Validator],
            Signing = keys.Signing,
            Links = links,
            Connect = links.Connect,
            Replica = new ReplicaOptions { Folder = folder.ReplicaPath },
            Shard = new LedgerShardOptions { SlowAfter = doors.SlowAfter },
            Random = random,
            Time = clock,
            Loggers = doors.Logs,
        }));
        NodeSlot slot = new(runner, folder.Genesis, clock, random, doors.Logs);
        MemberHost host = new(doors, links, runner, slot, random);
        Result<StandaloneMember> started = await runner.StartAsync();
        Fault? refused = started.IsOk
            ? await doors.OpenAsync(new LocalNode(slot, folder.Genesis, Math.Max(0, book.IndexOf(0, self))), () => slot.Status(NodeRole.Member, links), seated, options.Data, [], keys.Signing, cancel)
            : started.Fault;
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
        await _doors.CloseAsync();
        await _slot.DisposeAsync();
        await _runner.DisposeAsync();
        await _links.DrainAsync(LastWords);
        await _links.DisposeAsync();
        await _doors.DisposeAsync();
        _random.Dispose();
    }

    private static Result<IPEndPoint> ListenAddress(NodeOptions options, string endpoint)
    {
        if (options.Links is { } given) return given;
        return Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? own) && own.Scheme == Uri.UriSchemeHttps
            ? new IPEndPoint(IPAddress.Loopback, own.Port)
            : new Fault(FaultCode.UsageWrong, $"The genesis names {endpoint} as this member's endpoint, which is no https address: name one to listen at with --links-url.");
    }
}
