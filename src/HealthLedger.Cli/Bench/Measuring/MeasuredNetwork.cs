using System.Security.Cryptography;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Bench.Load;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using Microsoft.Extensions.Logging.Abstractions;

namespace HealthLedger.Cli.Bench.Measuring;

/// <summary>A whole network in this process, in a folder of its own on the measured disk, with patients to load.</summary>
internal sealed class MeasuredNetwork : IAsyncDisposable
{
    private const int PatientsPerShard = 8, SharedContentBytes = 2600;

    private readonly StandaloneNetwork _network;
    private readonly RandomNumberGenerator _random;
    private readonly LoadMaker _maker;

    private MeasuredNetwork(StandaloneNetwork network, LoadDriver driver, RandomNumberGenerator random, LoadMaker maker) => (_network, Driver, _random, _maker) = (network, driver, random, maker);

    /// <summary>The network's genesis.</summary>
    public Protocol.Genesis.GenesisFile Genesis => _network.Genesis;

    /// <summary>Its members.</summary>
    public StandaloneNetwork Members => _network;

    /// <summary>Sends load.</summary>
    public LoadDriver Driver { get; }

    /// <summary>Founds and starts a network, begins its patients, finds its leaders.</summary>
    public static async Task<Result<MeasuredNetwork>> StartAsync(string folder, int replicas, int? ownObjectBytes, RandomNumberGenerator random, CancellationToken cancel, int shards = 4)
    {
        Result<StandaloneNetwork> started = await StandaloneNetwork.StartAsync(folder, replicas, new StandaloneOptions { Network = "bench", Shards = shards }, random, TimeProvider.System, NullLoggerFactory.Instance);
        if (!started.TryGet(out StandaloneNetwork? network, out Fault fault)) return fault;
        OrganizationKeys author = network.Organizations[0];
        List<LoadPatient> patients = [];
        for (int i = 0; i < PatientsPerShard * network.Genesis.Shards; i++)
        {
            long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            Result<LoadPatient> made = LoadPatient.Make(network.Genesis.Network, network.Genesis.Shards, 1 + i % network.Genesis.Shards, author, SharedContentBytes, now, random);
            if (!made.TryGet(out LoadPatient? patient, out fault)) return await EndAsync(network, fault);
            patients.Add(patient);
        }
        Result<CommittedStatement>[] begun = await Task.WhenAll(patients.Select((patient, i) => network.Member(i % replicas)!.Shard(patient.Shard).SubmitAsync(patient.Opening, cancel)));
        if (begun.FirstOrDefault(answer => !answer.IsOk) is { IsOk: false, Fault: { IsNone: false } refused }) return await EndAsync(network, refused);
        LoadDriver driver = new(network);
        if (await driver.FindLeadersAsync(cancel) is { } leaderless) return await EndAsync(network, leaderless);
        return new MeasuredNetwork(network, driver, random, new LoadMaker(network.Genesis.Network, author, patients, ownObjectBytes, random));
    }

    /// <summary>Signs load.</summary>
    public SignedLoad[] Sign(int statements, int batch, CancellationToken cancel) => _maker.Make(Math.Max(statements, 1), batch, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _network.DisposeAsync();

    private static async Task<Fault> EndAsync(StandaloneNetwork network, Fault fault)
    {
        await network.DisposeAsync();
        return fault;
    }
}
