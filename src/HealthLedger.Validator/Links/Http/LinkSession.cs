using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Validator.Links.Http;

/// <summary>
/// One connection to a member, from connecting to the end: the stream that carries messages there, and beside it a connection of its own for
/// questions, so that a long answer holds up no vote. It ends when the other side shows no sign of life for a second, whatever the system says.
/// </summary>
internal sealed class LinkSession : IDisposable
{
    private const int WriteBytes = 64 << 10, FlushBytes = 256 << 10, AnswerWindowBytes = 4 << 20;

    private readonly LinkContext _context;
    private readonly Member _member;
    private readonly LinkQueue _queue;
    private readonly LinkTally _tally;
    private readonly HttpMessageInvoker _stream, _asks;
    private readonly SemaphoreSlim _asking;
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _welcomed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _ended;
    private readonly long _started;
    private int _silentBeats;
    private ulong _answeredBeat;
    private long _roundTripMicroseconds = -1;

    public LinkSession(LinkContext context, Member member, LinkQueue queue, LinkTally tally)
    {
        (_context, _member, _queue, _tally) = (context, member, queue, tally);
        (_stream, _asks) = (Connect(), Connect());
        _asking = new SemaphoreSlim(context.Options.AsksAtOnce);
        _ended = _end.Token;
        _started = context.Time.GetTimestamp();
    }

    /// <summary>The version that was agreed on.</summary>
    public int Version { get; private set; }

    /// <summary>The other side's software.</summary>
    public string Build { get; private set; } = "";

    /// <summary>The newest round trip; null before the first.</summary>
    public double? RoundTripMilliseconds => Volatile.Read(ref _roundTripMicroseconds) is >= 0 and var microseconds ? microseconds / 1000.0 : null;

    /// <summary>Connects, greets, and sends until the connection ends.</summary>
    /// <param name="up">Called once both sides have agreed on a version.</param>
    /// <param name="stopping">Ends it.</param>
    /// <returns>Why it ended, in a few words.</returns>
    public async Task<string> RunAsync(Action<LinkSession> up, CancellationToken stopping)
    {
        using CancellationTokenRegistration stop = stopping.Register(_end.Cancel);
        await using ITimer beats = _context.Time.CreateTimer(_ => Beat(), null, _context.Options.BeatInterval, _context.Options.BeatInterval);
        try
        {
            using HttpRequestMessage request = Request(LinkProtocol.MessagesPath, new WrittenContent(WriteAsync));
            using HttpResponseMessage response = await _stream.SendAsync(request, _ended);
            await using Stream body = await response.Content.ReadAsStreamAsync(_ended);
            if (response.StatusCode != HttpStatusCode.OK) return await RefusalAsync(response, body);
            LinkItemReader reader = new(body);
            LinkItem first = await reader.ReadAsync(LinkProtocol.HelloBytesMax, _ended);
            if (first.Kind != LinkItemKind.Message || !LinkWelcome.Decode(first.Message.Span).TryGet(out LinkWelcome? welcome, out _)) return "it answered the greeting with something else";
            (Version, Build) = (welcome.Version, welcome.Build);
            Volatile.Write(ref _silentBeats, 0);
            up(this);
            _welcomed.TrySetResult();
            while (true)
            {
                LinkItem item = await reader.ReadAsync(0, _ended);
                if (item.Kind != LinkItemKind.Beat) return item.Kind == LinkItemKind.End ? "it closed the stream" : "it sent something that is no beat";
                Hear(item.Beat);
            }
        }
        catch (OperationCanceledException)
        {
            return stopping.IsCancellationRequested ? "this member stops" : "no sign of life";
        }
        catch (HttpRequestException failure)
        {
            return failure.InnerException is AuthenticationException ? "the key it shows is not the member's" : $"{failure.HttpRequestError}";
        }
        catch (Exception failure) when (failure is IOException or HttpProtocolException)
        {
            return "the connection broke off";
        }
        finally
        {
            await _end.CancelAsync();
            _welcomed.TrySetCanceled(CancellationToken.None);
        }
    }

    /// <summary>Asks; empty where the connection ends before the answer, or the answer is not one.</summary>
    public async Task<ReadOnlyMemory<byte>> AskAsync(ReadOnlyMemory<byte> question, CancellationToken stopping)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_ended, stopping);
        bool isAsking = false;
        try
        {
            await _asking.WaitAsync(either.Token);
            isAsking = true;
            using HttpRequestMessage request = Request(LinkProtocol.AskPath(Version, _context.Hello.Genesis), new ReadOnlyMemoryContent(question));
            using HttpResponseMessage response = await _asks.SendAsync(request, either.Token);
            if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentLength is not { } length || length > _context.Options.MessageBytesMax) return default;
            byte[] answer = GC.AllocateUninitializedArray<byte>((int)length);
            await using Stream body = await response.Content.ReadAsStreamAsync(either.Token);
            await body.ReadExactlyAsync(answer, either.Token);
            return answer;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return default;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or ObjectDisposedException)
        {
            return default;
        }
        finally
        {
            if (isAsking) _asking.Release();
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _stream.Dispose();
        _asks.Dispose();
    }

    /// <summary>The other side is given up after so many own beats without a sign of it: a clock would count the time this process itself stood still.</summary>
    private void Beat()
    {
        double most = _welcomed.Task.IsCompleted ? _context.Options.SilentBeatsMax : _context.Options.GreetingTimeout / _context.Options.BeatInterval;
        if (Interlocked.Increment(ref _silentBeats) > most) _end.Cancel();
        else _queue.AddBeat();
    }

    private void Hear(ulong beat)
    {
        Volatile.Write(ref _silentBeats, 0);
        if (beat <= _answeredBeat) return;
        _answeredBeat = beat;
        Volatile.Write(ref _roundTripMicroseconds, Math.Max(0, (long)(Microseconds() - beat)));
    }

    private ulong Microseconds() => (ulong)_context.Time.GetElapsedTime(_started).TotalMicroseconds;

    /// <summary>The request's body: the greeting; once it is answered, messages, those that wait together in one write.</summary>
    private async Task WriteAsync(Stream stream, CancellationToken cancel)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_ended, cancel);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(WriteBytes);
        byte[] hello = _context.Hello.Encode();
        int used = LinkHead.WriteMessage(buffer, hello.Length);
        hello.CopyTo(buffer, used);
        await stream.WriteAsync(buffer.AsMemory(0, used + hello.Length), either.Token);
        await stream.FlushAsync(either.Token);
        await _welcomed.Task.WaitAsync(either.Token);
        while (await _queue.WaitAsync(either.Token)) await WriteWaitingAsync(stream, buffer, either.Token);
    }

    private async Task WriteWaitingAsync(Stream stream, byte[] buffer, CancellationToken cancel)
    {
        int used = 0, taken = 0, sent = 0;
        long takenBytes = 0, sentBytes = 0;
        try
        {
            while (sentBytes < FlushBytes && _queue.TryTake(out LinkQueue.Waiting waiting))
            {
                ReadOnlyMemory<byte> message = waiting.Message;
                if (!waiting.IsBeat)
                {
                    taken++;
                    takenBytes += message.Length;
                    if (_context.Time.GetElapsedTime(waiting.Since) > _context.Options.MessageAgeMax)
                    {
                        _tally.Drop();
                        continue;
                    }
                }
                if (used > 0 && used + LinkHead.LengthMax + message.Length > buffer.Length)
                {
                    await stream.WriteAsync(buffer.AsMemory(0, used), cancel);
                    used = 0;
                }
                if (waiting.IsBeat)
                {
                    used += LinkHead.WriteBeat(buffer.AsSpan(used), Microseconds());
                    continue;
                }
                used += LinkHead.WriteMessage(buffer.AsSpan(used), message.Length);
                if (used + message.Length <= buffer.Length)
                {
                    message.Span.CopyTo(buffer.AsSpan(used));
                    used += message.Length;
                }
                else
                {
                    await stream.WriteAsync(buffer.AsMemory(0, used), cancel);
                    used = 0;
                    await stream.WriteAsync(message, cancel);
                }
                sent++;
                sentBytes += message.Length;
            }
            if (used > 0) await stream.WriteAsync(buffer.AsMemory(0, used), cancel);
            await stream.FlushAsync(cancel);
            _tally.Sent(sent, sentBytes);
        }
        finally
        {
            _queue.Done(taken, takenBytes);
        }
    }

    private async Task<string> RefusalAsync(HttpResponseMessage response, Stream body)
    {
        if (response.Content.Headers.ContentType?.MediaType != FaultAnswer.ContentType) return $"it answered with status {(int)response.StatusCode}";
        byte[] buffer = new byte[2 * FaultAnswer.MessageBytesMax];
        int length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, _ended);
        return FaultAnswer.Decode(buffer.AsMemory(0, length)).TryGet(out FaultAnswer? answer, out _) ? $"{FaultTable.Text(answer.Fault.Code)} {answer.Fault.Message}" : "it refused without a reason";
    }

    private HttpRequestMessage Request(string path, HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue(LinkProtocol.ContentType);
        return new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(_member.Endpoint), path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content };
    }

    private HttpMessageInvoker Connect() => new(new SocketsHttpHandler
    {
        ConnectTimeout = _context.Options.ConnectTimeout,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        InitialHttp2StreamWindowSize = AnswerWindowBytes,
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        MaxResponseHeadersLength = 8,
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificateContext = SslStreamCertificateContext.Create(_context.Certificate, null, offline: true),
            CertificateChainPolicy = LinkCertificate.NoChain(),
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => LinkCertificate.KeyOf(certificate)?.KeyId == _member.Transport.KeyId,
        },
    }, disposeHandler: true);

    private sealed class WrittenContent(Func<Stream, CancellationToken, Task> write) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => write(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
