using System.Diagnostics.Metrics;
using HealthLedger.Validator.Telemetry;

namespace HealthLedger.Validator.Links.Http;

/// <summary>What the links publish on the meter <c>HealthLedger</c>, one series for each other member, read when somebody looks. Tag: the member's name, which is public.</summary>
internal sealed class LinkMetrics : IDisposable
{
    private readonly Meter _meter = new(ReplicaMetrics.MeterName);

    public LinkMetrics(Func<IReadOnlyList<LinkHealth>> links, Func<long> refused)
    {
        Count("sent.messages", "{message}", "Messages sent to a member.", link => link.SentMessages);
        Count("sent.bytes", "By", "Bytes of messages sent to a member.", link => link.SentBytes);
        Count("received.messages", "{message}", "Messages received from a member.", link => link.ReceivedMessages);
        Count("received.bytes", "By", "Bytes of messages received from a member.", link => link.ReceivedBytes);
        Count("dropped", "{message}", "Messages for a member that were dropped: too many, or too old.", link => link.Dropped);
        Count("connects", "{connection}", "Streams to a member that were begun.", link => link.Connects);
        Gauge("queue.messages", "{message}", "Messages that wait for a member.", link => link.QueueMessages);
        Gauge("queue.bytes", "By", "Bytes that wait for a member.", link => link.QueueBytes);
        Gauge("up", "1", "1 while the stream to a member is open.", link => link.IsUp ? 1 : 0);
        Gauge("heard", "1", "1 while the stream from a member is open.", link => link.IsHeard ? 1 : 0);
        _meter.CreateObservableGauge("healthledger.link.roundtrip", () => links().Where(link => link.RoundTripMilliseconds is not null)
            .Select(link => new Measurement<double>(link.RoundTripMilliseconds!.Value / 1000, Peer(link))), "s", "The newest round trip to a member.");
        _meter.CreateObservableCounter("healthledger.link.refused", refused, "{connection}", "Connections of strangers that were refused.");

        void Count(string name, string unit, string words, Func<LinkHealth, long> value) =>
            _meter.CreateObservableCounter("healthledger.link." + name, () => links().Select(link => new Measurement<long>(value(link), Peer(link))), unit, words);

        void Gauge(string name, string unit, string words, Func<LinkHealth, long> value) =>
            _meter.CreateObservableGauge("healthledger.link." + name, () => links().Select(link => new Measurement<long>(value(link), Peer(link))), unit, words);
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Peer(LinkHealth link) => new("peer", link.Name);
}
