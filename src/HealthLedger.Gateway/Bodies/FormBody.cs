using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Bodies;

/// <summary>Reads a form from a request.</summary>
internal static class FormBody
{
    /// <summary>The form, or why there is none: broken, too long, too slow.</summary>
    public static async Task<(IFormCollection? Form, Fault Fault)> ReadAsync(HttpRequest request)
    {
        try
        {
            return (await request.ReadFormAsync(request.HttpContext.RequestAborted), default);
        }
        catch (InvalidDataException)
        {
            return (null, new Fault(FaultCode.FormatLimit, "The form has too many fields, or too long ones."));
        }
        catch (BadHttpRequestException exception)
        {
            return (null, new Fault(exception.StatusCode == StatusCodes.Status408RequestTimeout ? FaultCode.BodyTooSlow : FaultCode.RequestUnfit, "The form cannot be read."));
        }
    }
}
