using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace HealthLedger.Gateway.Metrics;

/// <summary><c>/metrics</c>: everything the process measures, collected when it is asked for, in the format that the asker reads best.</summary>
public sealed class MetricsDoor : BaseExporter<Metric>
{
    private readonly Lock _gate = new();
    private readonly BaseExportingMetricReader _reader;
    private readonly KeyValuePair<string, object>[] _target;
    private ExpositionFormat _format;
    private string _text = "";

    /// <summary>A door without metrics; give <see cref="Reader"/> to the meter provider.</summary>
    /// <param name="target">What is told of the process itself: its service, version, role.</param>
    public MetricsDoor(IEnumerable<KeyValuePair<string, object>>? target = null)
    {
        _target = [.. target ?? []];
        _reader = new BaseExportingMetricReader(this);
    }

    /// <summary>What the meter provider collects through.</summary>
    public MetricReader Reader => _reader;

    /// <summary>Maps the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", (HttpContext http) =>
    {
        ExpositionFormat format = ExpositionFormats.Negotiate(http.Request.Headers.Accept);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Vary = "Accept";
        return Results.Text(Collect(format), format.ContentType());
    });

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text = PrometheusText.Render(batch, _format, _target.Length == 0 ? null : _target);
        return ExportResult.Success;
    }

    private string Collect(ExpositionFormat format)
    {
        // One scrape at a time: the reader hands its batch over through a field.
        lock (_gate)
        {
            _format = format;
            _reader.Collect();
            return _text;
        }
    }
}
