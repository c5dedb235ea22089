using HealthLedger.Protocol.Errors;
using Microsoft.AspNetCore.Http;

namespace HealthLedger.Gateway.Bodies;

/// <summary>Reads a request's body whole, never more than a limit of it.</summary>
public static class RequestBody
{
    /// <summary>The body, or why not: too long, or broken off.</summary>
    public static async Task<Result<ReadOnlyMemory<byte>>> ReadAsync(HttpRequest request, int bytesMax)
    {
        if (request.ContentLength > bytesMax) return TooLong(bytesMax);
        // What a client says it will send is believed up to a megabyte.
        byte[] buffer = new byte[(int)Math.Min(request.ContentLength ?? 16 * 1024, 1 << 20) + 1];
        int length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length) Array.Resize(ref buffer, (int)Math.Min(2L * buffer.Length, bytesMax + 1L));
                int read = await request.Body.ReadAsync(buffer.AsMemory(length), request.HttpContext.RequestAborted);
                if (read == 0) return (ReadOnlyMemory<byte>)buffer.AsMemory(0, length);
                length += read;
                if (length > bytesMax) return TooLong(bytesMax);
            }
        }
        catch (BadHttpRequestException exception)
        {
            return exception.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => TooLong(bytesMax),
                StatusCodes.Status408RequestTimeout => new Fault(FaultCode.BodyTooSlow, "The body did not come in time."),
                _ => new Fault(FaultCode.RequestUnfit, "The request's body is broken."),
            };
        }
    }

    private static Fault TooLong(int bytesMax) => new(FaultCode.FormatLimit, $"The body is longer than the {bytesMax} bytes that are taken here.");
}
