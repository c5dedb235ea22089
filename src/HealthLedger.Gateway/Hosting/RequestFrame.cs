using System.Diagnostics;
using System.Globalization;
using HealthLedger.Client.Telemetry;
using HealthLedger.Gateway.Fhir;
using HealthLedger.Gateway.Ledger;
using HealthLedger.Gateway.Telemetry;
using HealthLedger.Protocol.Errors;
using HealthLedger.Validator.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Gateway.Hosting;

/// <summary>
/// What every request has around it: an id, headers that browsers and caches heed, a span and a measure, one line in the log without ids of people or
/// resources (for a slow one a second line that says where the time went and which blocks it is in), and an answer with a code where the code has a defect.
/// </summary>
internal sealed partial class RequestFrame(FhirDoor fhir, ILogger<RequestFrame> log, TimeProvider clock, TimeSpan slowAfter)
{
    /// <summary>The header of the request's id, taken from the client where it has one.</summary>
    public const string RequestIdHeader = "X-Request-Id";

    /// <summary>The header that names the answer's trace [Trace Context 2], where one is made.</summary>
    public const string TraceHeader = "traceresponse";

    /// <summary>The header that names the blocks in which the request's entries are: <c>shard/height</c>, separated by commas.</summary>
    public const string BlockHeader = "X-Ledger-Block";

    private const int RequestIdCharsMax = 64, SlowLinesPerSecond = 10, ClientGone = 499;

    private readonly LineLimit _slowLines = new(SlowLinesPerSecond, clock);

    /// <summary>Frames one request.</summary>
    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        long start = clock.GetTimestamp();
        string id = RequestId(http.Request);
        Journey journey = Journey.Begin();
        using Activity? span = BeginSpan(http);
        SetHeaders(http, id, journey, span);
        DoorTelemetry.Begin();
        int status = ClientGone;
        try
        {
            await AnswerAsync(http, next, id);
            status = http.Response.StatusCode;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            LogGone(http.Request.Method, RouteOf(http), id);
        }
        finally
        {
            Tell(http, status, clock.GetElapsedTime(start), id, journey, span);
        }
    }

    private async Task AnswerAsync(HttpContext http, RequestDelegate next, string id)
    {
        try
        {
            await next(http);
        }
        catch (BadHttpRequestException exception) when (!http.Response.HasStarted)
        {
            await RefuseAsync(http, new Fault(exception.StatusCode switch
            {
                StatusCodes.Status408RequestTimeout => FaultCode.BodyTooSlow,
                StatusCodes.Status413PayloadTooLarge => FaultCode.FormatLimit,
                _ => FaultCode.RequestUnfit,
            }, "The request cannot be read."));
        }
        catch (Exception exception) when (!(exception is OperationCanceledException && http.RequestAborted.IsCancellationRequested) && !http.Response.HasStarted)
        {
            LogDefect(exception, http.Request.Method, RouteOf(http), id);
            await RefuseAsync(http, new Fault(FaultCode.Defect, "The server met a defect; its log has the details under the request's id."));
        }
    }

    private static void SetHeaders(HttpContext http, string id, Journey journey, Activity? span)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers[RequestIdHeader] = id;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (span is not null) headers[TraceHeader] = span.Id;
        http.Response.OnStarting(() =>
        {
            if (journey.Places is { Count: > 0 } places)
                headers[BlockHeader] = string.Join(", ", places.Select(place => string.Create(CultureInfo.InvariantCulture, $"{place.Shard}/{place.Height}")).Distinct());
            return Task.CompletedTask;
        });
    }

    // The server's own activity has the path in it, and paths have ids: ours stands in its place, in the trace that the client named.
    private static Activity? BeginSpan(HttpContext http)
    {
        // Scrapes and probes come every few seconds and lead nowhere.
        if (!DoorTelemetry.Source.HasListeners() || http.Request.Path.StartsWithSegments("/metrics") || http.Request.Path.StartsWithSegments("/health")) return null;
        Activity.Current = null;
        ActivityContext.TryParse(http.Request.Headers.TraceParent, null, isRemote: true, out ActivityContext caller);
        return DoorTelemetry.Source.StartActivity("request", ActivityKind.Server, caller);
    }

    private void Tell(HttpContext http, int status, TimeSpan took, string id, Journey journey, Activity? span)
    {
        Interaction interaction = Interaction.Of(http);
        string? code = http.RefusalCode();
        DoorTelemetry.End(interaction, status, took.TotalSeconds);
        if (code is not null) DoorTelemetry.Refused(interaction, code);
        if (span is { IsAllDataRequested: true }) Describe(span, http, interaction, status, code);
        bool isProbe = interaction.Door is "health" or "metrics" && status < StatusCodes.Status400BadRequest;
        if (isProbe) LogProbe(http.Request.Method, RouteOf(http), status, took.TotalMilliseconds, id);
        else if (status != ClientGone) LogRequest(http.Request.Method, RouteOf(http), status, took.TotalMilliseconds, id);
        if (took < slowAfter) return;
        DoorTelemetry.WasSlow(interaction);
        if (_slowLines.MayWrite(out int leftOut))
            LogSlow(interaction.Door, interaction.Name, took.TotalMilliseconds, id, span is { Recorded: true } ? span.TraceId.ToHexString() : "-", Blocks(journey), Stages(journey), leftOut);
    }

    private static void Describe(Activity span, HttpContext http, Interaction interaction, int status, string? code)
    {
        span.DisplayName = $"{interaction.Door} {interaction.Name}";
        span.SetTag("http.request.method", HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsPost(http.Request.Method) || HttpMethods.IsPut(http.Request.Method)
            || HttpMethods.IsDelete(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) ? http.Request.Method : "_OTHER");
        span.SetTag("http.route", RouteOf(http)).SetTag("http.response.status_code", status);
        if (code is not null) span.SetTag("healthledger.code", code);
        if (status >= StatusCodes.Status500InternalServerError) span.SetStatus(ActivityStatusCode.Error);
    }

    private static string Blocks(Journey journey) => journey.Places is { Count: > 0 } places
        ? string.Join(", ", places.Select(place => string.Create(CultureInfo.InvariantCulture, $"shard {place.Shard} height {place.Height} statement {LedgerTrace.Short(place.StatementId)}")))
        : "no block";

    private static string Stages(Journey journey) =>
        string.Join(", ", journey.Stages.Select(stage => string.Create(CultureInfo.InvariantCulture, $"{stage.Key} {stage.Value.TotalMilliseconds:0.0}")));

    private Task RefuseAsync(HttpContext http, Fault fault) =>
        http.Request.Path.StartsWithSegments("/fhir") ? fhir.RefuseAsync(http, fault) : FaultBody.WriteAsync(http, fault);

    private static string RequestId(HttpRequest request)
    {
        string? given = request.Headers[RequestIdHeader] is [{ } only] ? only : null;
        return given is { Length: > 0 and <= RequestIdCharsMax } && given.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? given : Guid.NewGuid().ToString("N");
    }

    // The route's pattern, never the path: a path has ids in it.
    private static string RouteOf(HttpContext http) => (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "-";

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Route} {Status} in {Milliseconds:0.0} ms, request {RequestId}")]
    private partial void LogRequest(string method, string route, int status, double milliseconds, string requestId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Route} {Status} in {Milliseconds:0.0} ms, request {RequestId}")]
    private partial void LogProbe(string method, string route, int status, double milliseconds, string requestId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Slow: {Door} {Interaction} took {Milliseconds:0.0} ms, request {RequestId}, trace {TraceId}: {Blocks}; {Stages} ({LeftOut} such lines left out)")]
    private partial void LogSlow(string door, string interaction, double milliseconds, string requestId, string traceId, string blocks, string stages, int leftOut);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Route}: the client went away, request {RequestId}")]
    private partial void LogGone(string method, string route, string requestId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Route}: a defect, request {RequestId}")]
    private partial void LogDefect(Exception exception, string method, string route, string requestId);
}
