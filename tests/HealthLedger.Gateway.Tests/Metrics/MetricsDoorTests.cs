using System.Diagnostics.Metrics;
using HealthLedger.Gateway.Metrics;
using HealthLedger.Gateway.Tests.World;

namespace HealthLedger.Gateway.Tests.Metrics;

public sealed class MetricsDoorTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    // What Prometheus 2.42 sends.
    private const string Prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    [Fact]
    public async Task What_is_measured_is_told_in_Prometheus_words()
    {
        using Meter meter = new(GatewayWorld.Meter);
        Counter<long> entries = meter.CreateCounter<long>("ledger.entries", description: "Entries \"committed\"\nand \\ counted");
        entries.Add(3, new KeyValuePair<string, object?>("shard", 1), new KeyValuePair<string, object?>("odd", "a\"b\\c\nd"));
        meter.CreateHistogram<double>("commit.time", "s").Record(0.004);
        meter.CreateObservableGauge("disk.free", () => 42L, "By");
        meter.CreateUpDownCounter<long>("waiting").Add(-2);
        meter.CreateObservableGauge("1st.odd-name", () => double.NaN);
        string text = await world.Http.GetStringAsync("/metrics");
        text.Should().Contain("# HELP ledger_entries_total Entries \"committed\"\\nand \\\\ counted\n# TYPE ledger_entries_total counter\n")
            .And.Contain("ledger_entries_total{").And.Contain("shard=\"1\"").And.Contain("odd=\"a\\\"b\\\\c\\nd\"").And.Contain("} 3\n")
            .And.Contain("# TYPE commit_time_seconds histogram\n").And.Contain("commit_time_seconds_bucket{le=\"+Inf\"} 1\n").And.Contain("commit_time_seconds_sum 0.004\ncommit_time_seconds_count 1\n")
            .And.Contain("# TYPE disk_free_bytes gauge\n").And.Contain("disk_free_bytes 42\n")
            .And.Contain("# TYPE waiting gauge\n").And.Contain("waiting -2\n").And.NotContain("# EOF");
        text.Should().EndWith("\n");
    }

    [Fact]
    public async Task Who_reads_OpenMetrics_gets_units_and_an_end()
    {
        using Meter meter = new(GatewayWorld.Meter);
        meter.CreateCounter<long>("bytes.sent", "By", "What left").Add(7);
        meter.CreateHistogram("round.time", "s", "A \"round\"", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] }).Record(0.7);
        using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", Prometheus);
        using HttpResponseMessage answer = await world.Http.SendAsync(request);
        answer.Content.Headers.ContentType!.ToString().Should().Be("application/openmetrics-text; version=1.0.0; charset=utf-8");
        string text = await answer.Content.ReadAsStringAsync();
        text.Should().Contain("# HELP bytes_sent_bytes What left\n# TYPE bytes_sent_bytes counter\n# UNIT bytes_sent_bytes bytes\nbytes_sent_bytes_total 7\n")
            .And.Contain("# HELP round_time_seconds A \\\"round\\\"\n").And.Contain("round_time_seconds_bucket{le=\"0.5\"} 0\nround_time_seconds_bucket{le=\"1.0\"} 1\n")
            .And.EndWith("# EOF\n");
    }

    [Fact]
    public async Task Members_of_one_process_are_one_family_and_told_apart_by_their_meters_label()
    {
        using Meter first = new(GatewayWorld.Meter, null, [new("member", 0)]), second = new(GatewayWorld.Meter, null, [new("member", 1)]);
        foreach ((Meter meter, int blocks) in new[] { (first, 5), (second, 6) }) meter.CreateCounter<long>("member.blocks").Add(blocks, new KeyValuePair<string, object?>("shard", 2));
        string text = await world.Http.GetStringAsync("/metrics");
        text.Should().Contain("# TYPE member_blocks_total counter\nmember_blocks_total{member=\"0\",shard=\"2\"} 5\nmember_blocks_total{member=\"1\",shard=\"2\"} 6\n");
    }

    [Theory]
    [InlineData("", ExpositionFormat.Text)]
    [InlineData("*/*", ExpositionFormat.Text)]
    [InlineData("text/plain", ExpositionFormat.Text)]
    [InlineData("application/openmetrics-text", ExpositionFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text; version=\"1.0.0\", text/plain; q=0.5", ExpositionFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text; q=0.2, text/plain; version=0.0.4", ExpositionFormat.Text)]
    [InlineData("application/openmetrics-text; version=2.0.0", ExpositionFormat.Text)]
    [InlineData("application/openmetrics-text; q=0", ExpositionFormat.Text)]
    [InlineData("application/openmetrics-text;;q=", ExpositionFormat.Text)]
    [InlineData(Prometheus, ExpositionFormat.OpenMetrics)]
    public void The_format_is_what_the_scraper_reads_best(string accept, ExpositionFormat format) => ExpositionFormats.Negotiate(accept).Should().Be(format);
}
