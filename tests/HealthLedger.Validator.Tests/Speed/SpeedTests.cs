using System.Diagnostics;
using HealthLedger.Actors.Network;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;
using HealthLedger.Storage;
using HealthLedger.Storage.Objects;
using HealthLedger.Validator.Tests.Network;

namespace HealthLedger.Validator.Tests.Speed;

/// <summary>
/// Measurements, not tests: run with <c>--explicit only --filter-class *SpeedTests --output Detailed</c>. Load is signed beforehand; every event is a
/// record.add of one organization, its objects already on the disks.
/// </summary>
public sealed class SpeedTests(ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData(1, 1, 6_000, 256)]
    [InlineData(1, 256, 600, 64)]
    [InlineData(4, 1, 4_000, 256)]
    [InlineData(4, 256, 300, 64)]
    public async Task Events_a_second(int members, int batch, int statements, int inFlight)
    {
        await using TestNetwork test = await TestNetwork.StartAsync(members, TestNetwork.Options with { Storage = new StorageOptions() });
        Submission[] load = await SignAsync(test, batch, statements);
        await SubmitAllAsync(test, load[..(statements / 6)], inFlight);
        (long allocated, int gen0, int gen2, TimeSpan paused) = (GC.GetTotalAllocatedBytes(), GC.CollectionCount(0), GC.CollectionCount(2), GC.GetTotalPauseDuration());
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();

        List<double> milliseconds = await SubmitAllAsync(test, load[(statements / 6)..], inFlight);

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double cores = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds / seconds;
        long blocks = Enumerable.Range(1, 4).Sum(shard => test.Network.Member(0)!.Replica.TipOf(shard).Info.Height);
        int events = milliseconds.Count * batch;
        output.WriteLine($"n={members} batch={batch}: {events / seconds:n0} events/s on {cores:n2} cores, {events / seconds / cores:n0} per core second; p50 {Percentile(milliseconds, 50):n1} ms, p99 {Percentile(milliseconds, 99):n1} ms at {inFlight} in flight; {blocks} blocks; "
            + $"{(GC.GetTotalAllocatedBytes() - allocated) / 1024.0 / events:n1} KiB an event, {GC.CollectionCount(0) - gen0} and {GC.CollectionCount(2) - gen2} collections, {(GC.GetTotalPauseDuration() - paused).TotalSeconds / seconds:p0} paused; epochs {string.Join(",", test.Network.Member(0)!.Replica.Health.Shards.Select(shard => shard.Epoch.Counter))}");
    }

    [Theory(Explicit = true)]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 256)]
    public async Task Idle_latency(int members, int batch)
    {
        await using TestNetwork test = await TestNetwork.StartAsync(members, TestNetwork.Options with { Storage = new StorageOptions() });
        Submission[] load = await SignAsync(test, batch, 300);
        await SubmitAllAsync(test, load[..100], 1);

        List<double> milliseconds = await SubmitAllAsync(test, load[100..], 1);

        output.WriteLine($"n={members} batch={batch} idle: p50 {Percentile(milliseconds, 50):n2} ms, p99 {Percentile(milliseconds, 99):n2} ms");
    }

    [Fact(Explicit = true)]
    public async Task Where_the_time_of_a_block_goes()
    {
        const int Batch = 256, Statements = 8, Rounds = 60;
        await using TestNetwork test = await TestNetwork.StartAsync(1, TestNetwork.Options with { Storage = new StorageOptions() });
        Submission[] load = [.. (await SignAsync(test, Batch, 4 * Statements * Rounds)).Where(one => one.Statement.Shard == 1)];
        Replica replica = test.Network.Member(0)!.Replica;
        Dictionary<string, double> micros = [], bytes = [];
        T Time<T>(string what, Func<T> function)
        {
            long start = Stopwatch.GetTimestamp(), allocated = GC.GetAllocatedBytesForCurrentThread();
            T result = function();
            bytes[what] = bytes.GetValueOrDefault(what) + GC.GetAllocatedBytesForCurrentThread() - allocated;
            micros[what] = micros.GetValueOrDefault(what) + Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            return result;
        }
        for (int round = 0; round < Rounds; round++)
        {
            if (round == Rounds / 3)
            {
                micros.Clear();
                bytes.Clear();
            }
            Submission[] some = load[(round * Statements)..((round + 1) * Statements)];
            byte[][] encoded = Time("encode submission", () => some.Select(one => one.Encode()).ToArray());
            Submission[] decoded = Time("decode submission", () => encoded.Select(bytes => Submission.Decode(bytes).Value).ToArray());
            Time("admit", () => decoded.Select(replica.Admit).ToArray());
            Time("named objects", () => decoded.Select(replica.FindMissingObject).ToArray());
            Rules.Execution.BlockParent parent = replica.TipOf(1).Next;
            Rules.Execution.SignatureCache cache = new();
            Rules.Execution.BuiltBlock built = Time("build", () => Rules.Execution.BlockExecutor.Build(parent, 0, parent.Time + 1, 0, decoded, null, replica.Store.State(1), replica.Directory, cache, Rules.Execution.BuildLimits.Format).Value);
            Protocol.Blocks.Block block = Time("encode block", () => Protocol.Blocks.Block.Create(built.Block.Header, built.Block.Items).Value);
            Protocol.Blocks.Block read = Time("decode block", () => Protocol.Blocks.Block.Decode(block.Bytes).Value);
            Rules.Execution.ExecutedBlock executed = Time("check block", () => Rules.Execution.BlockExecutor.Check(parent, read, replica.Store.State(1), replica.Directory, cache).Value);
            byte[] record = Time("encode record", () => Sharding.BlockRecord.Encode(block.Bytes.Span, executed.Outcomes));
            Time("stage record", () =>
            {
                replica.Store.Blocks.Append(1, 999, block.Hash, record);
                return 0;
            });
            Time("flush", () =>
            {
                replica.Store.FlushAsync().AsTask().GetAwaiter().GetResult();
                return 0;
            });
            Time("apply state", () =>
            {
                replica.Store.State(1).Apply((ulong)parent.Height + 1000 + (ulong)round, executed.Changes);
                return 0;
            });
            Hash32[] leaves = [.. executed.Leaves.Select(leaf => leaf.Hash)];
            Time("append tree", () =>
            {
                replica.Tree(1).Append(leaves);
                return 0;
            });
            Time("committed statements", () => Sharding.BlockReader.Statements(Sharding.BlockRecord.Decode(record).Value, 1).Count());
        }
        double events = (Rounds - Rounds / 3) * Statements * Batch;
        foreach ((string what, double total) in micros.OrderByDescending(pair => pair.Value)) output.WriteLine($"n= {what}: {total / events:n3} us and {bytes[what] / events:n0} bytes an event");
    }

    private static double Percentile(List<double> values, int percent) => values.Order().ElementAt(Math.Min(values.Count - 1, values.Count * percent / 100));

    private static async Task<List<double>> SubmitAllAsync(TestNetwork test, Submission[] load, int inFlight)
    {
        List<double> milliseconds = [];
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < load.Length; i = Interlocked.Increment(ref next))
            {
                long start = Stopwatch.GetTimestamp();
                int shard = load[i].Statement.Shard;
                // To the member that leads, as a client that has been told would.
                int leader = test.Network.Member(0)!.Replica.LeaderOf(shard);
                Result<CommittedStatement> committed = await test.SubmitAsync(leader, load[i]);
                committed.Fault.Code.Should().Be(FaultCode.None);
                lock (milliseconds) milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        })));
        return milliseconds;
    }

    private static async Task<Submission[]> SignAsync(TestNetwork test, int batch, int statements)
    {
        OrganizationKeys organization = test.Network.Organizations[0];
        Random random = new(7);
        List<(string Did, Id16 Segment, Hash32 Key, int Shard)> patients = [];
        byte[][] objects = [.. new uint[] { 1, 2, 3, 4 }.Select(kind => Object(kind, random))];
        Hash32[] names = [.. objects.Select(bytes => ObjectVault.NameOf(bytes))];
        for (int shard = 1; shard <= 4; shard++)
        {
            Submission inception = test.NewPatients(organization, shard);
            (await test.SubmitAsync(0, inception, [.. objects.Select(bytes => (ReadOnlyMemory<byte>)bytes)])).IsOk.Should().BeTrue();
            string did = inception.Statement.Issuer;
            using SealingKey key = SealingKey.FromSeed(NextBytes(random, 32));
            SegmentOpenBody body = new() { Segment = new Id16(NextBytes(random, 16)), Key = key.Public, Objects = [names[2]] };
            CborWriter writer = new();
            body.Encode(writer);
            SubmissionBuilder open = new(test.Network.Genesis.Network, shard, organization.Did.ToString());
            open.Add(EventType.SegmentOpen, did, new Id16(NextBytes(random, 16)), writer.WrittenSpan).IsOk.Should().BeTrue();
            CommittedStatement opened = (await test.SubmitAsync(0, Sign(open, organization, random))).Value;
            Outcome.Decode(opened.Outcomes[0].Span).Value.Kind.Should().Be(OutcomeKind.Applied);
            patients.Add((did, body.Segment, key.Public.KeyId, shard));
        }
        Submission[] load = new Submission[statements];
        for (int i = 0; i < statements; i++)
        {
            (string did, Id16 segment, Hash32 key, int shard) = patients[i % 4];
            SubmissionBuilder builder = new(test.Network.Genesis.Network, shard, organization.Did.ToString());
            for (int j = 0; j < batch; j++)
            {
                RecordBody record = new()
                {
                    RecordKey = new Hash32(NextBytes(random, 32)), ContentKey = new Hash32(NextBytes(random, 32)), Resource = new Id16(NextBytes(random, 16)), Segment = segment,
                    SegmentKey = key, Manifest = names[1], Content = names[0], WrappedKeys = names[2], Envelope = names[3],
                    ManifestKey = new Hash32(NextBytes(random, 32)), DataKey = new Hash32(NextBytes(random, 32)),
                };
                CborWriter writer = new();
                record.Encode(writer);
                builder.Add(EventType.RecordAdd, did, new Id16(NextBytes(random, 16)), writer.WrittenSpan).IsOk.Should().BeTrue();
            }
            load[i] = Sign(builder, organization, random);
        }
        return load;
    }

    private static Submission Sign(SubmissionBuilder builder, OrganizationKeys organization, Random random)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return builder.Sign(organization.Signing, now, now + 600_000, new Id16(NextBytes(random, 16))).Value;
    }

    private static byte[] Object(uint kind, Random random)
    {
        CborWriter writer = new();
        writer.WriteArrayStart(2);
        writer.WriteUInt(kind);
        writer.WriteBytes(NextBytes(random, 300));
        return writer.ToArray();
    }

    private static byte[] NextBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
