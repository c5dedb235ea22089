using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using HealthLedger.Gateway.Tests.World;

namespace HealthLedger.Gateway.Tests.Telemetry;

public sealed class RequestFrameTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    [Fact]
    public async Task An_answer_that_rests_on_entries_names_their_blocks_and_any_other_does_not()
    {
        FhirClient hospital = await world.ClientAsync();
        FhirReply created = await hospital.PostAsync("Patient", Samples.Patient("framed-1"));
        FhirReply read = await hospital.GetAsync($"Patient/{created.Id}");
        created.Headers.GetValues("X-Ledger-Block").Single().Should().MatchRegex(@"^\d+/\d+(, \d+/\d+)*$");
        read.Headers.GetValues("X-Ledger-Block").Single().Should().MatchRegex(@"^\d+/\d+$", "a read is one access").And.NotBe(created.Headers.GetValues("X-Ledger-Block").Single());
        (await hospital.GetAsync("metadata")).Headers.Contains("X-Ledger-Block").Should().BeFalse();
    }

    [Fact]
    public async Task A_request_is_measured_by_what_it_asks_for_and_refusals_by_their_code()
    {
        ConcurrentBag<string> seen = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, hears) =>
        {
            if (instrument.Meter.Name == "HealthLedger.Gateway") hears.EnableMeasurementEvents(instrument);
        };
        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) => seen.Add($"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}");
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();

        FhirClient hospital = await world.ClientAsync();
        await hospital.GetAsync("Patient/nobody-whom-anybody-knows");
        await hospital.GetAsync("Potion/1");
        await world.Http.GetAsync("/fhir/Patient/4711");
        await world.Http.PostAsync("/token", new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "password" }));
        await world.Http.GetAsync("/ledger/receipts/xyz/0");
        await world.Http.GetAsync("/nowhere/at/all");
        // The measure follows the answer: the next request's is there after the ones before it.
        for (int i = 0; i < 200 && !seen.Any(one => one.StartsWith("healthledger.door.duration none", StringComparison.Ordinal)); i++) await world.Http.GetAsync("/nowhere");

        seen.Should().Contain("healthledger.door.duration smart token 2xx").And.Contain("healthledger.door.duration smart token 4xx")
            .And.Contain("healthledger.door.duration fhir read 4xx").And.Contain("healthledger.door.refusals fhir HL-7010").And.Contain("healthledger.door.refusals fhir HL-7005")
            .And.Contain("healthledger.door.refusals smart unsupported_grant_type").And.Contain("healthledger.door.duration ledger receipts/{id}/{index:int} 4xx")
            .And.Contain("healthledger.door.duration none none 4xx");
        seen.Should().NotContain(one => one.Contains("4711") || one.Contains("Potion") || one.Contains("nowhere"));
    }

    [Fact]
    public async Task A_span_says_what_was_asked_for_goes_on_with_the_callers_trace_and_has_no_path_in_it()
    {
        ConcurrentBag<Activity> spans = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name.StartsWith("HealthLedger", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        FhirClient hospital = await world.ClientAsync();
        string patient = await hospital.PatientAsync("framed-2");
        FhirReply reply = await hospital.SendAsync(HttpMethod.Get, $"Patient/{patient}", null, ("traceparent", $"00-{Trace}-00f067aa0ba902b7-01"));
        reply.Headers.GetValues("traceresponse").Single().Should().StartWith($"00-{Trace}-");
        FhirReply unfit = await hospital.SendAsync(HttpMethod.Get, "metadata", null, ("traceparent", "00-nonsense"));
        unfit.Headers.GetValues("traceresponse").Single().Should().MatchRegex("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$");

        // The span ends after the answer.
        for (int i = 0; i < 200 && !Found(); i++) await hospital.GetAsync("metadata");
        bool Found() => spans.Any(span => span.TraceId.ToHexString() == Trace && span.Kind == ActivityKind.Server);
        Activity server = spans.Single(span => span.TraceId.ToHexString() == Trace && span.Kind == ActivityKind.Server);
        server.DisplayName.Should().Be("fhir read");
        server.ParentSpanId.ToHexString().Should().Be("00f067aa0ba902b7");
        server.GetTagItem("http.route").Should().Be("/fhir/{type}/{id}");
        spans.Where(span => span.TraceId.ToHexString() == Trace).Select(span => span.OperationName).Should().Contain(["client.access", "client.open"]);
        spans.SelectMany(span => span.TagObjects).Should().NotContain(tag => $"{tag.Value}".Contains(patient) || $"{tag.Value}".Contains("did:"));
    }
}
