using System.Diagnostics.Metrics;
using HealthLedger.Gateway.Tests.World;

namespace HealthLedger.Gateway.Tests.Metrics;

public sealed class MetricsDoorTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    [Fact]
    public async Task What_is_measured_is_told_in_Prometheus_words()
    {
        using Meter meter = new(GatewayWorld.Meter);
        Counter<long> entries = meter.CreateCounter<long>("ledger.entries", description: "Entries committed");
        entries.Add(3, new KeyValuePair<string, object?>("shard", 1), new KeyValuePair<string, object?>("odd", "a\"b\\c\nd"));
        meter.CreateHistogram<double>("commit.time", "s").Record(0.004);
        meter.CreateObservableGauge("disk.free", () => 42L, "By");
        meter.CreateUpDownCounter<long>("waiting").Add(-2);
        string text = await world.Http.GetStringAsync("/metrics");
        text.Should().Contain("# HELP ledger_entries_total Entries committed\n# TYPE ledger_entries_total counter\n")
            .And.Contain("ledger_entries_total{").And.Contain("shard=\"1\"").And.Contain("odd=\"a\\\"b\\\\c\\nd\"").And.Contain("} 3\n")
            .And.Contain("# TYPE commit_time_seconds histogram\n").And.Contain("commit_time_seconds_bucket{le=\"+Inf\"} 1\n").And.Contain("commit_time_seconds_sum 0.004\ncommit_time_seconds_count 1\n")
            .And.Contain("# TYPE disk_free_bytes gauge\n").And.Contain("disk_free_bytes 42\n")
            .And.Contain("# TYPE waiting gauge\n").And.Contain("waiting -2\n");
        text.Should().EndWith("\n");
    }
}
