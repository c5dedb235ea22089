using System.Globalization;
using System.Reflection;
using HealthLedger.Gateway.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace HealthLedger.Node.Telemetry;

/// <summary>
/// What one process tells of itself: metrics as text at <see cref="Metrics"/>, and, where a collector is named, traces, metrics and the log over
/// OTLP. Made before what is measured, disposed of after it, so that the last spans still leave.
/// </summary>
internal sealed class NodeTelemetry : IDisposable
{
    // Every project's own, the runtime's, the connections. Requests are measured by the doors themselves, by what they ask for.
    private static readonly string[] Meters = ["HealthLedger*", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.Orleans"];

    private const string Sources = "HealthLedger*";

    private readonly OpenTelemetrySdk _sdk;

    private NodeTelemetry(OpenTelemetrySdk sdk, MetricsDoor metrics, TelemetryOptions options) => (_sdk, Metrics, Options) = (sdk, metrics, options);

    /// <summary>The door of the metrics as text.</summary>
    public MetricsDoor Metrics { get; }

    /// <summary>The settings.</summary>
    public TelemetryOptions Options { get; }

    /// <summary>Begins to listen to what the process measures.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="role">What this process is: <c>standalone</c>, <c>member</c>, <c>gateway</c>, <c>silo</c>.</param>
    /// <param name="instance">Which one of its kind: the member's index, or where its doors are.</param>
    public static NodeTelemetry Start(TelemetryOptions options, string role, string instance)
    {
        KeyValuePair<string, object>[] attributes =
        [
            new("service.name", "healthledger"),
            new("service.version", Version),
            new("service.instance.id", instance),
            new("healthledger.role", role),
        ];
        MetricsDoor door = new(attributes);
        OpenTelemetrySdk sdk = OpenTelemetrySdk.Create(builder =>
        {
            builder.ConfigureResource(resource => resource.Clear().AddAttributes(attributes));
            builder.WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters).SetExemplarFilter(ExemplarFilterType.TraceBased).AddReader(door.Reader);
                if (options.Otlp is { } collector)
                    metrics.AddOtlpExporter((exporter, reader) =>
                    {
                        To(collector, "v1/metrics", exporter);
                        reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.MetricInterval.TotalMilliseconds;
                    });
            });
            if (options.Otlp is { } traces)
                builder.WithTracing(tracing => tracing.AddSource(Sources).SetSampler(Sampler(options.TraceRatio)).AddOtlpExporter(exporter => To(traces, "v1/traces", exporter)));
        });
        return new NodeTelemetry(sdk, door, options);
    }

    /// <summary>Writes the log as the settings want it, and sends it to the collector too, where one is named.</summary>
    public static void AddLog(ILoggingBuilder logging, TelemetryOptions options, string role, string instance)
    {
        if (options.JsonLog)
        {
            logging.ClearProviders();
            logging.AddJsonConsole(json => (json.UseUtcTimestamp, json.TimestampFormat) = (true, "O"));
        }
        if (options.Otlp is not { } collector) return;
        logging.AddOpenTelemetry(log =>
        {
            log.IncludeFormattedMessage = true;
            log.SetResourceBuilder(ResourceBuilder.CreateEmpty().AddAttributes(
            [
                new("service.name", "healthledger"), new("service.version", Version), new("service.instance.id", instance), new("healthledger.role", role),
            ]));
            log.AddOtlpExporter(exporter => To(collector, "v1/logs", exporter));
        });
    }

    /// <summary>Sends what is still here, for a few seconds at most, and ends.</summary>
    public void Dispose() => _sdk.Dispose();

    /// <summary>The build's version.</summary>
    public static string Version { get; } = typeof(NodeTelemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    // A caller outside does not decide what is kept: its trace goes on under its id, by our ratio. Within the process spans follow their parent.
    private static ParentBasedSampler Sampler(double ratio)
    {
        TraceIdRatioBasedSampler part = new(ratio);
        return new ParentBasedSampler(part, part, part);
    }

    private static void To(Uri collector, string path, OtlpExporterOptions exporter)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri(string.Create(CultureInfo.InvariantCulture, $"{collector.AbsoluteUri.TrimEnd('/')}/{path}"));
    }
}
