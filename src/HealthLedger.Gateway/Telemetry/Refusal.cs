using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Telemetry;

/// <summary>Why a request was refused, told from where the answer is written to the frame around the request.</summary>
internal static class Refusal
{
    private static readonly object Key = new();

    /// <summary>Notes the fault that is answered; none is no refusal.</summary>
    public static void NoteRefusal(this HttpContext http, Fault fault)
    {
        if (!fault.IsNone) http.Items[Key] = DoorTelemetry.CodeOf(fault);
    }

    /// <summary>Notes a code that is not of the table of faults: a word of OAuth, from a fixed list.</summary>
    public static void NoteRefusal(this HttpContext http, string code) => http.Items[Key] = code;

    /// <summary>The code that was noted; null for a request that was not refused.</summary>
    public static string? RefusalCode(this HttpContext http) => http.Items[Key] as string;
}
