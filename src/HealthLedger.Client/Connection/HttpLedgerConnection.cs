using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Client.Connection;

/// <summary>
/// A node over HTTP/1.1 or HTTP/2: CBOR bodies, faults as <c>application/problem+cbor</c>, the mapping in this project's README. Answers are
/// bounded and timed; redirects are not followed. The <see cref="HttpClient"/> is the caller's, with its TLS and connection limits.
/// </summary>
/// <param name="http">Used for every request.</param>
/// <param name="options">Address and time limits.</param>
/// <param name="clock">Measures the time limits.</param>
public sealed class HttpLedgerConnection(HttpClient http, HttpLedgerOptions options, TimeProvider clock) : ILedgerConnection
{
    /// <summary>The content type of requests and answers.</summary>
    public const string CborType = "application/cbor";

    private const int SmallAnswerBytesMax = 4 << 20;

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> GenesisAsync(CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Get, "ledger/genesis", default, options.QueryTimeout, SmallAnswerBytesMax, cancel);

    /// <inheritdoc/>
    public async Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default)
    {
        Result<ReadOnlyMemory<byte>> answer =
            await SendAsync(HttpMethod.Post, "ledger/submissions", envelope.Encode(), options.SubmitTimeout, SmallAnswerBytesMax, cancel).ConfigureAwait(false);
        return answer.TryGet(out ReadOnlyMemory<byte> bytes, out Fault fault) ? CommittedStatement.Decode(bytes) : fault;
    }

    /// <inheritdoc/>
    public async Task<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"ledger/submissions/{shard}/{statementId}");
        Result<ReadOnlyMemory<byte>> answer = await SendAsync(HttpMethod.Get, path, default, options.QueryTimeout, SmallAnswerBytesMax, cancel).ConfigureAwait(false);
        if (!answer.TryGet(out ReadOnlyMemory<byte> bytes, out Fault fault)) return fault.Code == FaultCode.NotFound ? Result<CommittedStatement?>.Ok(null) : fault;
        if (!CommittedStatement.Decode(bytes).TryGet(out CommittedStatement? committed, out fault)) return fault;
        return committed.StatementId == statementId ? committed : new Fault(FaultCode.ConnectionFailed, "The node answered about another statement.");
    }

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Post, "ledger/queries", signedQuery, options.QueryTimeout, ExchangeLimits.AnswerBytesMax, cancel);

    /// <inheritdoc/>
    public async Task<Result<string>> CheckpointAsync(CancellationToken cancel = default)
    {
        Result<ReadOnlyMemory<byte>> answer = await SendAsync(HttpMethod.Get, "ledger/checkpoint", default, options.QueryTimeout, SmallAnswerBytesMax, cancel).ConfigureAwait(false);
        return answer.TryGet(out ReadOnlyMemory<byte> bytes, out Fault fault) ? Encoding.UTF8.GetString(bytes.Span) : fault;
    }

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"ledger/configurations?after={after}"), default, options.QueryTimeout, ExchangeLimits.AnswerBytesMax, cancel);

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Get, "ledger/configurations/proposals", default, options.QueryTimeout, SmallAnswerBytesMax, cancel);

    /// <inheritdoc/>
    public Task<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"ledger/receipts/{statementId}/{index}?shard={shard}");
        return SendAsync(HttpMethod.Get, path, default, options.QueryTimeout, ExchangeLimits.AnswerBytesMax, cancel);
    }

    /// <summary>Downloads what a node serves besides: a tile, a transparent statement, its health.</summary>
    /// <param name="path">Below the node's address, without a slash before it.</param>
    /// <param name="bytesMax">A longer answer is a fault.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<Result<ReadOnlyMemory<byte>>> DownloadAsync(string path, int bytesMax, CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Get, path, default, options.QueryTimeout, bytesMax, cancel);

    private async Task<Result<ReadOnlyMemory<byte>>> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte> body, TimeSpan timeout, int bytesMax, CancellationToken cancel)
    {
        using CancellationTokenSource timer = new(timeout, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        using HttpRequestMessage request = new(method, new Uri(options.BaseAddress, path)) { VersionPolicy = HttpVersionPolicy.RequestVersionOrLower, Version = HttpVersion.Version20 };
        if (method == HttpMethod.Post)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(CborType);
        }
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            Result<ReadOnlyMemory<byte>> content = await ReadAsync(response, bytesMax, either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? content : FaultOf(response, content);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Fault(FaultCode.TimedOut, $"The node did not answer within {timeout.TotalSeconds:0.#} seconds.");
        }
        catch (HttpRequestException exception)
        {
            return new Fault(FaultCode.ConnectionFailed, $"The node cannot be reached: {exception.HttpRequestError}.");
        }
        catch (IOException)
        {
            return new Fault(FaultCode.ConnectionFailed, "The connection broke off within an answer.");
        }
    }

    private static async Task<Result<ReadOnlyMemory<byte>>> ReadAsync(HttpResponseMessage response, int bytesMax, CancellationToken cancel)
    {
        if (response.Content.Headers.ContentLength > bytesMax) return TooLong(bytesMax);
        int capacity = (int)(response.Content.Headers.ContentLength ?? 64 * 1024);
        byte[] buffer = new byte[capacity + 1];
        int length = 0;
        Stream stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            while (true)
            {
                if (length == buffer.Length) Array.Resize(ref buffer, (int)Math.Min(2L * buffer.Length, bytesMax + 1L));
                int read = await stream.ReadAsync(buffer.AsMemory(length), cancel).ConfigureAwait(false);
                if (read == 0) return (ReadOnlyMemory<byte>)buffer.AsMemory(0, length);
                length += read;
                if (length > bytesMax) return TooLong(bytesMax);
            }
        }
    }

    private static Fault TooLong(int bytesMax) => new(FaultCode.ConnectionFailed, $"The answer is longer than {bytesMax} bytes.");

    private static Fault FaultOf(HttpResponseMessage response, Result<ReadOnlyMemory<byte>> content)
    {
        bool typed = response.Content.Headers.ContentType?.MediaType == FaultAnswer.ContentType;
        if (typed && content.IsOk && FaultAnswer.Decode(content.Value).TryGet(out FaultAnswer? answer, out _) && Enum.IsDefined(answer.Fault.Code)) return answer.Fault;
        FaultCode code = response.StatusCode switch
        {
            HttpStatusCode.NotFound => FaultCode.NotFound,
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => FaultCode.Unavailable,
            HttpStatusCode.GatewayTimeout => FaultCode.TimedOut,
            _ => FaultCode.ConnectionFailed,
        };
        return new Fault(code, $"The node answered with status {(int)response.StatusCode} and no reason of this protocol.");
    }
}
