using System.Globalization;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Telemetry;

/// <summary>
/// What the node tells of itself, and where. From <c>appsettings.json</c> (<c>HealthLedger:Telemetry</c>) or the environment
/// (<c>HEALTHLEDGER__Telemetry__Otlp=http://127.0.0.1:4318</c>). Metrics as text and the log are there without any of it.
/// </summary>
internal sealed record TelemetryOptions
{
    /// <summary>A collector that takes OTLP over HTTP (protobuf): gets traces, metrics and the log. Null: nothing leaves the node, and no trace is made.</summary>
    public Uri? Otlp { get; init; }

    /// <summary>The part of requests, and of blocks, whose traces are kept: 0 to 1. All members keep the same blocks.</summary>
    public double TraceRatio { get; init; } = 0.1;

    /// <summary>How often metrics go to <see cref="Otlp"/>.</summary>
    public TimeSpan MetricInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Requests and statements that take longer say in the log where the time went, and in which block they are.</summary>
    public TimeSpan SlowAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>True for a log of one JSON object a line, for machines; else one line of text.</summary>
    public bool JsonLog { get; init; }

    /// <summary>Reads the settings; a fault names the one that cannot be used and what it may be.</summary>
    public static Result<TelemetryOptions> Read(IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection("HealthLedger:Telemetry");
        TelemetryOptions options = new();
        if (section["Otlp"] is { Length: > 0 } otlp)
        {
            if (!Uri.TryCreate(otlp, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
                return Unfit("Otlp", "the address of a collector, such as http://127.0.0.1:4318");
            options = options with { Otlp = address };
        }
        if (section["TraceRatio"] is { Length: > 0 } ratio)
        {
            if (!double.TryParse(ratio, NumberStyles.Float, CultureInfo.InvariantCulture, out double part) || part is not (>= 0 and <= 1)) return Unfit("TraceRatio", "a number from 0 to 1");
            options = options with { TraceRatio = part };
        }
        if (section["MetricIntervalSeconds"] is { Length: > 0 } interval)
        {
            if (Seconds(interval) is not { } pause) return Unfit("MetricIntervalSeconds", "a number from 0.001 to 3600");
            options = options with { MetricInterval = pause };
        }
        if (section["SlowAfterSeconds"] is { Length: > 0 } slow)
        {
            if (Seconds(slow) is not { } after) return Unfit("SlowAfterSeconds", "a number from 0.001 to 3600");
            options = options with { SlowAfter = after };
        }
        if (section["Log"] is { Length: > 0 } log)
        {
            if (log is not ("line" or "json")) return Unfit("Log", "line or json");
            options = options with { JsonLog = log == "json" };
        }
        return options;
    }

    private static TimeSpan? Seconds(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0.001 and <= 3600 ? TimeSpan.FromSeconds(seconds) : null;

    private static Fault Unfit(string name, string legal) => new(FaultCode.UsageWrong, $"The setting HealthLedger:Telemetry:{name} is {legal}.");
}
