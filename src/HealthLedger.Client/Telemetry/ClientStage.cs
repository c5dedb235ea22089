using System.Diagnostics;

namespace HealthLedger.Client.Telemetry;

/// <summary>One stage of what a client does: a span where somebody listens, and its time in the <see cref="Journey"/> of the request. Dispose of it at the stage's end.</summary>
public readonly struct ClientStage : IDisposable
{
    private readonly Journey? _journey;
    private readonly string _name;
    private readonly long _since;

    private ClientStage(string name, Activity? span) => (_name, Span, _journey, _since) = (name, span, Journey.Current, Stopwatch.GetTimestamp());

    /// <summary>The span; null where nobody listens.</summary>
    public Activity? Span { get; }

    /// <summary>Begins a stage.</summary>
    /// <param name="name">A constant word: <c>sign</c>, <c>submit</c>.</param>
    public static ClientStage Begin(string name) => new(name, ClientMetrics.Source.HasListeners() ? ClientMetrics.Source.StartActivity("client." + name) : null);

    /// <inheritdoc/>
    public void Dispose()
    {
        Span?.Dispose();
        _journey?.Spent(_name, Stopwatch.GetElapsedTime(_since));
    }
}
