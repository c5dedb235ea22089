using HealthLedger.Gateway.Fhir;
using HealthLedger.Gateway.Ledger;
using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Gateway.Hosting;

/// <summary>
/// What every request has around it: an id, headers that browsers and caches heed, one line in the log without ids of people or resources, and an
/// answer with a code where the code has a defect.
/// </summary>
internal sealed partial class RequestFrame(FhirDoor fhir, ILogger<RequestFrame> log, TimeProvider clock)
{
    /// <summary>The header of the request's id, taken from the client where it has one.</summary>
    public const string RequestIdHeader = "X-Request-Id";

    private const int RequestIdCharsMax = 64;

    /// <summary>Frames one request.</summary>
    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        long start = clock.GetTimestamp();
        string id = RequestId(http.Request);
        IHeaderDictionary headers = http.Response.Headers;
        headers[RequestIdHeader] = id;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            LogGone(http.Request.Method, RouteOf(http), id);
            return;
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
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            LogDefect(exception, http.Request.Method, RouteOf(http), id);
            await RefuseAsync(http, new Fault(FaultCode.Defect, "The server met a defect; its log has the details under the request's id."));
        }
        LogRequest(http.Request.Method, RouteOf(http), http.Response.StatusCode, clock.GetElapsedTime(start).TotalMilliseconds, id);
    }

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

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Route}: the client went away, request {RequestId}")]
    private partial void LogGone(string method, string route, string requestId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Route}: a defect, request {RequestId}")]
    private partial void LogDefect(Exception exception, string method, string route, string requestId);
}
