using System.Globalization;
using HealthLedger.Gateway.Telemetry;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Ledger;

/// <summary>Writes a fault as the body of an answer: CBOR problem details, or JSON ones for who asks for JSON.</summary>
public static class FaultBody
{
    private const int RetryAfterSeconds = 1;

    /// <summary>Sets the status that the table of faults gives, and writes code and sentence.</summary>
    public static async Task WriteAsync(HttpContext http, Fault fault)
    {
        FaultRow row = FaultTable.Row(fault.Code);
        http.NoteRefusal(fault);
        http.Response.StatusCode = row.HttpStatus;
        http.Response.Headers.CacheControl = "no-store";
        bool retry = fault.Code is FaultCode.Busy or FaultCode.Unavailable;
        if (retry) http.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        if (http.Request.Headers.Accept.Any(accept => accept?.Contains("json", StringComparison.OrdinalIgnoreCase) == true))
        {
            Dictionary<string, object> problem = new() { ["title"] = row.Sentence, ["status"] = row.HttpStatus, ["detail"] = fault.Message, ["code"] = fault.CodeText };
            await http.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", http.RequestAborted);
            return;
        }
        byte[] body = new FaultAnswer(fault, retry ? RetryAfterSeconds * 1000 : null).Encode();
        http.Response.ContentType = FaultAnswer.ContentType;
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }
}
