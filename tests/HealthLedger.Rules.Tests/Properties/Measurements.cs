using System.Diagnostics;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Properties;

/// <summary>Prints what the rules cost; run with <c>--explicit only</c>. A timing is never an assertion.</summary>
public class Measurements(ITestOutputHelper output)
{
    private const int Events = 256, Rounds = 500;

    [Fact(Explicit = true)]
    public void Cost_of_each_event_type_and_of_a_decision_among_1000_grants()
    {
        TestLedger ledger = new();
        Party patient = ledger.Patient();
        ledger.ApplyAll(patient, Draft.Open(patient, "general"), Draft.Open(patient, "b"), Draft.Open(patient, "c"));
        ledger.Apply(ledger.Clinic, Draft.Open(patient, "own"));
        Hash32[] records = new Hash32[Events];
        ledger.ApplyAll(ledger.Clinic, [.. Enumerable.Range(0, Events).Select(i => Draft.Add(patient, $"base {i}", "own"))]);
        for (int i = 0; i < Events; i++) records[i] = ledger.LastEvent(i);
        output.WriteLine($"{Environment.ProcessorCount} cores, {Events} events on one overlay, {Rounds} rounds; body hash of 600 B: {Time(() => Sha256.Hash(new byte[600]), 1_000):F2} us");
        Measure("record.add", ledger.Clinic, i => Draft.Add(patient, $"r{i}", "own"));
        Measure("record.amend", ledger.Clinic, i => Draft.Amend(patient, Draft.Record($"v{i}", "own", resource: $"base {i}", amends: records[i])));
        Measure("record.retract", ledger.Clinic, i => Draft.Retract(patient, records[i], $"k{i}"));
        Measure("record.add, duplicate", ledger.Clinic, i => Draft.Add(patient, $"base {i}", "own"));
        Measure("segment.rotate", patient, i => Draft.RotateSegment(patient, "general", $"k{i}"));
        Measure("grant.create", patient, i => Draft.Grant(patient, Draft.GrantOf($"g{i}", i % 4 == 0 ? ledger.Clinic : i % 4 == 1 ? ledger.Laboratory : i % 4 == 2 ? ledger.Insurer : ledger.Researcher, "general")));
        Measure("access.request, own", ledger.Clinic, i => Draft.Access(patient));
        Measure("access.request, 16 named records", ledger.Clinic, i => Draft.Access(patient, Draft.AccessFor() with { Records = records[..16] }));
        MeasureDecision(ledger, patient);
        MeasureBatch(ledger, patient);

        void Measure(string name, Party issuer, Func<int, Draft> draft)
        {
            Event[] items = [.. Enumerable.Range(0, Events).Select(i => RuleBench.EventOf(draft(i), $"salt {name} {i}"))];
            double[] microseconds = new double[Rounds];
            Outcome last = default;
            long bytes = 0;
            for (int round = 0; round < Rounds; round++)
            {
                RuleBench bench = new(ledger, ledger.Rows);
                bench.Prepare(issuer);
                long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
                foreach (ref readonly Event item in items.AsSpan()) last = bench.ApplyPrepared(item);
                microseconds[round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Events;
                bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Events;
            }
            output.WriteLine($"{name,-36} {microseconds.Min(),8:F2} us best, {Percentile(microseconds, 50),6:F2} us median  {bytes,6} B  {last.Kind} {last.Reason}");
        }
    }

    private void MeasureDecision(TestLedger ledger, Party patient)
    {
        // 1,000 running grants on the patient, as many to the asking clinic as the rules allow; the others to organizations of their own.
        RuleBench bench = new(ledger, ledger.Rows);
        for (int i = 0; i < 64; i++) bench.Apply(patient, Draft.Grant(patient, Draft.GrantOf($"to clinic {i}", ledger.Clinic, "general", "b") with { Purposes = [Purpose.Research] })).IsGood.Should().BeTrue();
        for (int i = 0; i < 936; i++)
        {
            RowKey key = RowKey.Of(Table.GrantLive, patient.Id).Add(Fake.Hash($"organization {i}")).Add(Fake.Id($"grant {i}"));
            bench.Rows.Put(key, GrantLiveRow.Encode(new RowWriter(), Draft.GrantOf($"grant {i}", ledger.Clinic, "general")));
        }
        MemoryRows committed = new();
        foreach (Row row in ledger.Rows.All) committed.Add(row);
        committed.Apply(bench.Rows.Changes());
        foreach ((string name, Party reader, Purpose purpose) in new[] { ("64 grants to the reader, permit", ledger.Clinic, Purpose.Research), ("64 grants to the reader, denial", ledger.Clinic, Purpose.Marketing), ("no grant to the reader", ledger.Laboratory, Purpose.Treatment) })
        {
            Event item = RuleBench.EventOf(Draft.Access(patient, Draft.AccessFor(purpose) with { Segments = [Fake.Id("general")] }), "decision " + name);
            double[] microseconds = new double[50_000];
            RuleBench reading = new(ledger, committed);
            Outcome last = default;
            for (int i = 0; i < microseconds.Length; i++)
            {
                if (i % 1_000 == 0) reading = new RuleBench(ledger, committed);
                if (i % 1_000 == 0) reading.Prepare(reader);
                long start = Stopwatch.GetTimestamp();
                last = reading.ApplyPrepared(item);
                microseconds[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }
            output.WriteLine($"decision among 1,000 grants, {name}: p50 {Percentile(microseconds, 50):F2} us, p99 {Percentile(microseconds, 99):F2} us, {last.Kind} {last.Reason}");
        }
    }

    private void MeasureBatch(TestLedger ledger, Party patient)
    {
        double[] whole = new double[100];
        for (int round = 0; round < whole.Length; round++)
        {
            Submission batch = ledger.Sign(ledger.Clinic, Enumerable.Range(0, Events).Select(i => Draft.Add(patient, $"batch {round} {i}", "own")));
            SignatureCache signatures = new();
            SignatureBatch plan = SignatureBatch.Plan([batch], TestLedger.Network, ledger.Rows, ledger.Directory, ledger.Now, signatures);
            for (int i = 0; i < plan.Count; i++) plan.Verify(i);
            long start = Stopwatch.GetTimestamp();
            BuiltBlock built = BlockExecutor.Build(ledger.Head, 0, ledger.Now, 0, [batch], null, ledger.Rows, ledger.Directory, signatures, BuildLimits.Format).Value;
            whole[round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Events;
            built.LeftOut.Should().BeEmpty();
        }
        output.WriteLine($"a block of one batch of {Events} record.add, all hashing and digests, no signature: {whole.Min():F2} us an event at best, {Percentile(whole, 50):F2} us median");
    }

    private static double Time(Action action, int times)
    {
        for (int i = 0; i < times; i++) action();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++) action();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / times;
    }

    private static double Percentile(double[] values, int percent) => values.Order().ElementAt(Math.Min(values.Length - 1, values.Length * percent / 100));
}
