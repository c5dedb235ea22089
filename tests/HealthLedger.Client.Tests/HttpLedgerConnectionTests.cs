using System.Net;
using System.Net.Http.Headers;
using HealthLedger.Client.Connection;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Client.Tests;

public sealed class HttpLedgerConnectionTests
{
    private static readonly Hash32 Id = new(new byte[32]);
    private static readonly byte[] Committed = new CommittedStatement(Id, 1, 2, 3, 4, [new byte[] { 0xa1, 0x01, 0x00 }]).Encode();

    [Fact]
    public async Task A_submission_is_posted_as_cbor_and_its_place_is_read()
    {
        HttpRequestMessage? seen = null;
        byte[]? body = null;
        HttpLedgerConnection connection = Answering(async request =>
        {
            seen = request;
            body = await request.Content!.ReadAsByteArrayAsync();
            return Answer(HttpStatusCode.Created, HttpLedgerConnection.CborType, Committed);
        });
        SubmissionEnvelope envelope = new(new byte[] { 1 }, [new byte[] { 2 }]);
        (await connection.SubmitAsync(envelope)).Value.StatementLeaf.Should().Be(4);
        seen!.RequestUri.Should().Be(new Uri("https://node.example/base/ledger/submissions"));
        seen.Content!.Headers.ContentType!.MediaType.Should().Be("application/cbor");
        body.Should().Equal(envelope.Encode());
    }

    [Fact]
    public async Task A_refusal_keeps_its_code_and_sentence()
    {
        Fault fault = new(FaultCode.SequenceWrong, "The counter is 7.");
        HttpLedgerConnection connection = Answering(HttpStatusCode.Conflict, FaultAnswer.ContentType, new FaultAnswer(fault).Encode());
        (await connection.QueryAsync(new byte[] { 1 })).Fault.Should().Be(fault);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, FaultCode.Unavailable)]
    [InlineData(HttpStatusCode.TooManyRequests, FaultCode.Unavailable)]
    [InlineData(HttpStatusCode.GatewayTimeout, FaultCode.TimedOut)]
    [InlineData(HttpStatusCode.BadGateway, FaultCode.ConnectionFailed)]
    [InlineData(HttpStatusCode.Redirect, FaultCode.ConnectionFailed)]
    public async Task An_answer_of_a_proxy_is_taken_by_its_status(HttpStatusCode status, FaultCode code) =>
        (await Answering(status, "text/html", "<html>"u8.ToArray()).CheckpointAsync()).Fault.Code.Should().Be(code);

    [Fact]
    public async Task A_statement_that_is_not_known_is_no_fault()
    {
        Result<CommittedStatement?> found = await Answering(HttpStatusCode.NotFound, FaultAnswer.ContentType, new FaultAnswer(new Fault(FaultCode.NotFound, "No.")).Encode()).FindAsync(1, Id);
        found.IsOk.Should().BeTrue();
        found.Value.Should().BeNull();
    }

    [Fact]
    public async Task A_find_that_is_answered_with_another_statement_is_refused()
    {
        Hash32 other = new(Enumerable.Repeat((byte)1, 32).ToArray());
        (await Answering(HttpStatusCode.OK, HttpLedgerConnection.CborType, Committed).FindAsync(1, other)).Fault.Code.Should().Be(FaultCode.ConnectionFailed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_is_too_long_is_not_read_to_its_end(bool saysLength)
    {
        HttpLedgerConnection connection = Answering(_ =>
        {
            HttpContent content = saysLength ? new ByteArrayContent(new byte[(4 << 20) + 1]) : new StreamContent(new EndlessStream());
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content });
        });
        (await connection.GenesisAsync()).Fault.Code.Should().Be(FaultCode.ConnectionFailed);
    }

    [Fact]
    public async Task A_node_that_does_not_answer_is_a_fault_and_a_caller_who_gives_up_is_not()
    {
        World.InstantClock clock = new();
        HttpLedgerConnection connection = Answering(request => new TaskCompletionSource<HttpResponseMessage>().Task, clock);
        (await connection.GenesisAsync()).Fault.Code.Should().Be(FaultCode.TimedOut);
        using CancellationTokenSource cancel = new();
        await cancel.CancelAsync();
        await connection.Invoking(node => node.GenesisAsync(cancel.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_connection_that_breaks_off_is_a_fault() =>
        (await Answering(_ => throw new HttpRequestException(HttpRequestError.ConnectionError)).GenesisAsync()).Fault.Code.Should().Be(FaultCode.ConnectionFailed);

    private static HttpLedgerConnection Answering(HttpStatusCode status, string type, byte[] body) => Answering(_ => Task.FromResult(Answer(status, type, body)));

    private static HttpLedgerConnection Answering(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer, TimeProvider? clock = null) =>
        new(new HttpClient(new Handler(answer)), new HttpLedgerOptions { BaseAddress = new Uri("https://node.example/base/") }, clock ?? TimeProvider.System);

    private static HttpResponseMessage Answer(HttpStatusCode status, string type, byte[] body) =>
        new(status) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } } };

    private sealed class Handler(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answer(request).WaitAsync(cancellationToken);
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => count;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(buffer.Length);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
