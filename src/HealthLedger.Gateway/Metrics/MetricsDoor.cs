using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace HealthLedger.Gateway.Metrics;

/// <summary><c>/metrics</c>: everything the process measures, collected when it is asked for.</summary>
public sealed class MetricsDoor : BaseExporter<Metric>
{
    private readonly Lock _gate = new();
    private readonly BaseExportingMetricReader _reader;
    private string _text = "";

    /// <summary>A door without metrics; give <see cref="Reader"/> to the meter provider.</summary>
    public MetricsDoor() => _reader = new BaseExportingMetricReader(this);

    /// <summary>What the meter provider collects through.</summary>
    public MetricReader Reader => _reader;

    /// <summary>Maps the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", () => Results.Text(Collect(), PrometheusText.ContentType));

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text = PrometheusText.Render(batch);
        return ExportResult.Success;
    }

    private string Collect()
    {
        // One scrape at a time: the reader hands its batch over through a field.
        lock (_gate)
        {
            _reader.Collect();
            return _text;
        }
    }
}
