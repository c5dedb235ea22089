using System.Security.Cryptography;
using HealthLedger.Actors.Network;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;
using HealthLedger.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HealthLedger.Validator.Tests.Network;

/// <summary>A network in a folder of its own, and statements that it can take.</summary>
public sealed class TestNetwork : IAsyncDisposable
{
    private readonly string _folder;
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();

    private readonly StandaloneOptions _options;

    private TestNetwork(string folder, StandaloneOptions options) => (_folder, _options) = (folder, options);

    /// <summary>The network.</summary>
    public StandaloneNetwork Network { get; private set; } = null!;

    /// <summary>Its folder.</summary>
    public string Folder => _folder;

    /// <summary>The folder of a member's replica.</summary>
    public string StoreOf(int member) => Path.Combine(_folder, "members", $"{member}", "store");

    /// <summary>Small files, so that a test writes little.</summary>
    public static StandaloneOptions Options { get; } = new()
    {
        Network = "test-network",
        Storage = new StorageOptions { SegmentBytes = 4 << 20, PrepareBytes = 256 << 10, VoteFileBytes = 256 << 10 },
    };

    public static async Task<TestNetwork> StartAsync(int members, StandaloneOptions? options = null)
    {
        TestNetwork test = new(Directory.CreateTempSubdirectory("healthledger-").FullName, options ?? Options);
        await test.OpenAsync(members);
        return test;
    }

    /// <summary>Starts the network on what is in the folder.</summary>
    public async Task OpenAsync(int members) =>
        Network = (await StandaloneNetwork.StartAsync(_folder, members, _options, _random, TimeProvider.System, Loggers())).Value;

    /// <summary>A statement of one or more inceptions by an organization, which every shard takes: one event a patient.</summary>
    public Submission NewPatients(OrganizationKeys steward, int shard)
    {
        while (true)
        {
            InceptBody body = new() { Salt = Id16.Random(_random), Steward = steward.Did };
            CborWriter writer = new();
            body.Encode(writer);
            Hash32 id = InceptBody.IdOf(writer.WrittenSpan);
            string did = new Protocol.Did.LedgerDid(Network.Genesis.Network, id).ToString();
            if (Shards.Of(did, Network.Genesis.Shards) != shard) continue;
            SubmissionBuilder builder = new(Network.Genesis.Network, shard, did) { Seq = 1 };
            builder.Add(EventType.IdentityIncept, did, Id16.Random(_random), writer.WrittenSpan).IsOk.Should().BeTrue();
            long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            return builder.Sign(steward.Signing, now, now + 600_000, Id16.Random(_random)).Value;
        }
    }

    /// <summary>Submits through a member and waits; fails the test when it takes too long.</summary>
    public async Task<Result<CommittedStatement>> SubmitAsync(int member, Submission submission, params ReadOnlyMemory<byte>[] objects)
    {
        StandaloneMember up = Network.Member(member)!;
        try
        {
            return await up.Shard(submission.Statement.Shard).SubmitAsync(new SubmissionEnvelope(submission.Encode(), objects)).WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Shard {submission.Statement.Shard} took too long: {string.Join("; ", up.Replica.Health.Shards)}; {string.Join("; ", Enumerable.Range(0, Network.Count).Select(other => $"{other}: height {Network.Member(other)?.Replica.TipOf(submission.Statement.Shard).Info.Height}, promised {Network.Member(other)?.Replica.Health.Shards[submission.Statement.Shard].Epoch}, {Network.Member(other)?.Shard(submission.Statement.Shard).Describe()}"))}; in ledger {up.Replica.Find(submission.Statement.Shard, submission.Statement.Id) is not null}");
        }
    }

    /// <summary>Waits until a condition holds; fails the test when it does not in time.</summary>
    public static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(holds, () => what);

    /// <summary>The same, with a description that is made when it is needed.</summary>
    public static async Task UntilAsync(Func<bool> holds, Func<string> what)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        for (int i = 0; i < 1_500; i++)
        {
            if (holds()) return;
            await timer.WaitForNextTickAsync();
        }
        holds().Should().BeTrue(what().Replace("{", "(").Replace("}", ")"));
    }

    /// <summary>Waits until members have committed the same height in every shard.</summary>
    public Task UntilLevelAsync(params int[] members) => UntilAsync(
        () => Enumerable.Range(0, Network.Genesis.Shards + 1).All(shard => members.Select(member => Network.Member(member)!.Replica.TipOf(shard).Info.Hash).Distinct().Count() == 1),
        "the members come to the same height");

    /// <summary>Waits until a shard's bytes are the same at these members; a checkpoint may come between two looks, which then differ in height.</summary>
    public Task UntilSameAsync(int shard, params int[] members) =>
        UntilAsync(() => members.Select(member => Fingerprint(member, shard)).Distinct().Count() == 1, $"shard {shard} is the same at equal height");

    /// <summary>All that one shard of a member holds of the committed ledger, hashed: blocks, outcomes, tree, rows.</summary>
    public string Fingerprint(int member, int shard)
    {
        Replica replica = Network.Member(member)!.Replica;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long height = 1; height <= replica.TipOf(shard).Info.Height; height++) hash.AppendData(replica.Store.Blocks.TryRead((uint)shard, (ulong)height)!.Bytes.Span);
        hash.AppendData(replica.Tree(shard).Root.Bytes);
        foreach (Protocol.State.Row row in replica.Store.State((uint)shard).Scan(default))
        {
            hash.AppendData(row.Key.Span);
            hash.AppendData(row.Value.Span);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public async ValueTask DisposeAsync()
    {
        await Network.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        _random.Dispose();
    }

    private static ILoggerFactory Loggers() => Environment.GetEnvironmentVariable("HEALTHLEDGER_TEST_LOG") is null
        ? NullLoggerFactory.Instance
        : LoggerFactory.Create(builder => builder.AddProvider(new ErrorStreamLoggers()));

    private sealed class ErrorStreamLoggers : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {logLevel} {formatter(state, exception)} {exception}");
    }
}
