using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace HealthLedger.Cluster.Tests.Damage;

/// <summary>Listens to what one member's replica counts. Only one network runs in the process meanwhile.</summary>
internal sealed class Meters : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _sums = new();
    private readonly MeterListener _listener = new();

    public Meters(int member)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is Counter<long> && instrument.Meter.Name == "HealthLedger" && instrument.Meter.Tags?.Any(tag => tag.Key == "member" && tag.Value?.ToString() == $"{member}") == true)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        _listener.Start();
    }

    /// <summary>The sum of a counter since listening began.</summary>
    public long this[string name] => _sums.GetValueOrDefault(name);

    public void Dispose() => _listener.Dispose();
}
