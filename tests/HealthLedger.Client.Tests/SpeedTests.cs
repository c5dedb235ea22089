using System.Globalization;
using System.Security.Cryptography;
using HealthLedger.Client.Ids;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Client.Tests.World;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Client.Tests;

/// <summary>
/// Measurements, not tests: run with <c>--explicit only --filter-class *SpeedTests --output Detailed</c>. Microseconds of processor time a record,
/// the best of several rounds.
/// </summary>
public sealed class SpeedTests(ITestOutputHelper output)
{
    private const int Records = 1_000, Rounds = 5, ContentBytes = 1_500, ManifestBytes = 300;

    [Fact(Explicit = true)]
    public void Sealing_is_measured()
    {
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        LedgerDid patient = new(TestWorld.Network, new Hash32(RandomNumberGenerator.GetBytes(32)));
        Dictionary<string, KnownSegment> segments = SegmentLabels.All.ToDictionary(label => label, label => new KnownSegment(Id16.Random(random), label, SealingKey.Generate(random).Public, patient));
        Dictionary<Id16, PublicKey> newest = segments.Values.ToDictionary(segment => segment.Segment, segment => segment.Key);
        RecordSealer sealer = new(new SourceIds(RandomNumberGenerator.GetBytes(32)), random);
        PlainRecord[] records = [.. Enumerable.Range(0, Records).Select(i => Large(i))];
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            int events = 0;
            foreach (SealedBatch batch in sealer.Seal(patient, segments, records).Value) events += batch.Compose(random, newest, batch.Records).Value.Events.Count;
            events.Should().Be(Records);
            best = Math.Min(best, (Environment.CpuUsage.TotalTime - start).TotalMicroseconds / Records);
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seal: {best:0.0} µs a record of {ContentBytes} + {ManifestBytes} bytes, {SegmentLabels.All.Length} segments, HPKE included"));
    }

    [Fact(Explicit = true)]
    public async Task Opening_is_measured()
    {
        TestWorld world = new();
        world.Ledger.PageRecords = 1_000;
        LedgerDid patient = await world.StewardedAsync();
        await world.Hospital.Depositor.DepositAsync(patient, [.. Enumerable.Range(0, Records).Select(i => Large(i))]);
        Permit permit = (await world.Hospital.Reader.AccessAsync(TestWorld.Access(patient))).Value;
        (await world.Hospital.Reader.OpenAsync(permit)).IsOk.Should().BeTrue();
        world.Ledger.RepeatReleases = true;
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            (await world.Hospital.Reader.OpenAsync(permit)).Value.Records.Should().HaveCount(Records);
            best = Math.Min(best, (Environment.CpuUsage.TotalTime - start).TotalMicroseconds / Records);
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"open: {best:0.0} µs a record of {ContentBytes} + {ManifestBytes} bytes, from the page's bytes on, keys known"));
    }

    private static PlainRecord Large(int i) => TestWorld.Record($"r{i}", SegmentLabels.All[i % SegmentLabels.All.Length]) with { Content = RandomNumberGenerator.GetBytes(ContentBytes), Manifest = new byte[ManifestBytes] };
}
