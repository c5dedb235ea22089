using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Fhir.Requests;

/// <summary>The <c>Prefer</c> header [RFC 7240], as FHIR uses it.</summary>
/// <param name="Lenient"><c>handling=lenient</c>: a search ignores parameters it does not know; a transaction is an import that goes on past refused entries.</param>
/// <param name="Return"><c>return=</c>: minimal, representation or OperationOutcome; null where it is not said.</param>
internal readonly record struct Preferences(bool Lenient, string? Return)
{
    /// <summary>Reads the header.</summary>
    public static Preferences Of(HttpRequest request)
    {
        bool lenient = false;
        string? answer = null;
        foreach (string? line in request.Headers["Prefer"])
        {
            foreach (string part in (line ?? "").Split([',', ';'], StringSplitOptions.TrimEntries))
            {
                if (part.Equals("handling=lenient", StringComparison.OrdinalIgnoreCase)) lenient = true;
                else if (part.StartsWith("return=", StringComparison.OrdinalIgnoreCase)) answer = part["return=".Length..];
            }
        }
        return new Preferences(lenient, answer);
    }
}
