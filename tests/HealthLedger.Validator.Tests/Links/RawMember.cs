using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using HealthLedger.Validator.Links.Http;

namespace HealthLedger.Validator.Tests.Links;

/// <summary>A member that has a known key and says what a test wants.</summary>
internal sealed class RawMember : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly TestPeer _to;

    public RawMember(TestPeer self, TestPeer to)
    {
        _to = to;
        X509Certificate2 certificate = LinkCertificate.Create(self.Transport, TimeProvider.System);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
        });
    }

    public static byte[] Hello(TestPeer self, int min = 1, int max = 1)
    {
        byte[] hello = new LinkHello(self.Genesis.Network, self.Genesis.Hash, min, max, "test").Encode(), head = new byte[LinkHead.LengthMax];
        return [.. head.AsSpan(0, LinkHead.WriteMessage(head, hello.Length)), .. hello];
    }

    /// <summary>Sends bytes as the body of a stream of messages, and keeps it open until the answer ends.</summary>
    /// <returns>The status, and how many bytes of answer came before the end.</returns>
    public async Task<(HttpStatusCode Status, long Bytes)> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel, string path = "/links/messages")
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using HttpRequestMessage request = new(HttpMethod.Post, $"https://127.0.0.1:{_to.Port}{path}")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new OpenContent(bytes, over.Task),
        };
        long length = 0;
        HttpStatusCode status = 0;
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, cancel);
            status = answer.StatusCode;
            await using Stream body = await answer.Content.ReadAsStreamAsync(cancel);
            byte[] buffer = new byte[4096];
            for (int read; (read = await body.ReadAsync(buffer, cancel)) > 0;) length += read;
        }
        catch (Exception end) when (end is HttpRequestException or IOException or HttpProtocolException)
        {
        }
        finally
        {
            over.TrySetResult();
        }
        return (status, length);
    }

    public void Dispose() => _http.Dispose();

    private sealed class OpenContent : HttpContent
    {
        private readonly ReadOnlyMemory<byte> _bytes;
        private readonly Task _over;

        public OpenContent(ReadOnlyMemory<byte> bytes, Task over)
        {
            (_bytes, _over) = (bytes, over);
            Headers.ContentType = new MediaTypeHeaderValue("application/cbor-seq");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_bytes);
            await stream.FlushAsync();
            await _over;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
