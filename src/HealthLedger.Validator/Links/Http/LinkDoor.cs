using System.Collections.Concurrent;
using System.Threading.Channels;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HealthLedger.Validator.Links.Http;

/// <summary>Serves the other members: one stream of messages from each, and their questions.</summary>
internal sealed class LinkDoor(LinkContext context)
{
    /// <summary>How much longer than the sender a receiver waits for a sign of life: the sender is the one that can do something about it.</summary>
    private const int PatienceFactor = 3;

    private readonly ConcurrentDictionary<Hash32, Incoming> _streams = new();

    private sealed record Incoming(Hash32? Transport, CancellationTokenSource End);

    /// <summary>Counts what a member sends.</summary>
    public Func<Hash32, LinkTally?> TallyOf { get; set; } = _ => null;

    /// <summary>True while a member's stream is open.</summary>
    public bool Hears(Hash32 member) => _streams.ContainsKey(member);

    /// <summary>Ends the streams of those who are members no longer, or under another key.</summary>
    public void CloseStrangers()
    {
        foreach ((Hash32 member, Incoming stream) in _streams)
            if (context.Peers.OfTransport(stream.Transport) != member) stream.End.Cancel();
    }

    /// <summary>Ends all streams.</summary>
    public void CloseAll()
    {
        foreach (Incoming stream in _streams.Values) stream.End.Cancel();
    }

    /// <summary>One request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        Hash32? transport = http.Features.Get<LinkCaller>()?.Transport;
        if (context.Peers.OfTransport(transport) is not { } from || context.Peers.Find(from) is not { } member)
        {
            http.Abort();
            return;
        }
        if (!HttpMethods.IsPost(http.Request.Method)) http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        else if (http.Request.Path.Equals(LinkProtocol.MessagesPath)) await TakeAsync(http, transport, from, member);
        else if (IsAsk(http.Request.Path)) await AnswerAsync(http, from);
        else http.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private bool IsAsk(PathString path)
    {
        for (int version = context.Hello.VersionMin; version <= context.Hello.VersionMax; version++)
            if (path.Equals(LinkProtocol.AskPath(version, context.Hello.Genesis))) return true;
        return false;
    }

    private async Task AnswerAsync(HttpContext http, Hash32 from)
    {
        using MemoryStream question = new();
        try
        {
            await http.Request.Body.CopyToAsync(question, http.RequestAborted);
            ReadOnlyMemory<byte> answer = context.Endpoint is { } endpoint ? await endpoint.AnswerAsync(from, question.ToArray(), http.RequestAborted) : default;
            http.Response.ContentLength = answer.Length;
            await http.Response.Body.WriteAsync(answer, http.RequestAborted);
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The asker has gone, or broke off; a question that is too long ends here too.
            http.Abort();
        }
    }

    private async Task TakeAsync(HttpContext http, Hash32? transport, Hash32 from, Member member)
    {
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        LinkItemReader reader = new(http.Request.Body);
        string reason;
        try
        {
            if (!await GreetAsync(http, reader, member, end)) return;
            Incoming stream = new(transport, end);
            // A member that connects anew has given the old connection up, though the system may not have noticed yet.
            if (_streams.TryGetValue(from, out Incoming? old)) CancelQuietly(old.End);
            _streams[from] = stream;
            try
            {
                reason = await ReceiveAsync(http, reader, from, end);
            }
            finally
            {
                _streams.TryRemove(new KeyValuePair<Hash32, Incoming>(from, stream));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or BadHttpRequestException)
        {
            reason = "it went away, or shows no sign of life";
        }
        context.Log.StreamClosed(member.Name, reason);
        http.Abort();
    }

    private async Task<bool> GreetAsync(HttpContext http, LinkItemReader reader, Member member, CancellationTokenSource end)
    {
        await using ITimer limit = context.Time.CreateTimer(_ => CancelQuietly(end), null, context.Options.GreetingTimeout, Timeout.InfiniteTimeSpan);
        LinkItem first = await reader.ReadAsync(LinkProtocol.HelloBytesMax, end.Token);
        Result<int> version = first.Kind != LinkItemKind.Message ? new Fault(FaultCode.CborUnexpected, "A stream begins with a hello.")
            : LinkHello.Decode(first.Message.Span).TryGet(out LinkHello? hello, out Fault fault) ? context.Hello.Meet(hello) : fault;
        if (!version.TryGet(out int agreed, out fault))
        {
            context.Log.Refused(member.Name, fault.CodeText, fault.Message);
            byte[] answer = new FaultAnswer(fault).Encode();
            http.Response.StatusCode = FaultTable.Row(fault.Code).HttpStatus;
            http.Response.ContentType = FaultAnswer.ContentType;
            http.Response.ContentLength = answer.Length;
            await http.Response.Body.WriteAsync(answer, end.Token);
            return false;
        }
        http.Response.ContentType = LinkProtocol.ContentType;
        byte[] welcome = new LinkWelcome(agreed, context.Hello.Build).Encode();
        byte[] head = new byte[LinkHead.LengthMax];
        await http.Response.Body.WriteAsync((byte[])[.. head.AsSpan(0, LinkHead.WriteMessage(head, welcome.Length)), .. welcome], end.Token);
        await http.Response.Body.FlushAsync(end.Token);
        return true;
    }

    private async Task<string> ReceiveAsync(HttpContext http, LinkItemReader reader, Hash32 from, CancellationTokenSource end)
    {
        // Room for one beat: an older one that was not answered yet is of no use.
        Channel<ulong> beats = Channel.CreateBounded<ulong>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        LinkTally? tally = TallyOf(from);
        ulong newest = 0;
        long readBefore = 0;
        int silent = 0;
        Task echo = EchoAsync(http.Response.Body, beats.Reader, end);
        await using (ITimer timer = context.Time.CreateTimer(_ => Tick(), null, context.Options.BeatInterval, context.Options.BeatInterval))
        {
            try
            {
                while (true)
                {
                    LinkItem item = await reader.ReadAsync(context.Options.MessageBytesMax, end.Token);
                    switch (item.Kind)
                    {
                        case LinkItemKind.Message:
                            tally?.Received(item.Message.Length);
                            context.Endpoint?.Receive(from, item.Message);
                            break;
                        case LinkItemKind.Beat:
                            Volatile.Write(ref newest, item.Beat);
                            beats.Writer.TryWrite(item.Beat);
                            break;
                        case LinkItemKind.End:
                            return "it ended the stream";
                        default:
                            return "what it sent is no message, or too long";
                    }
                }
            }
            finally
            {
                beats.Writer.Complete();
                await end.CancelAsync();
                await echo;
            }
        }

        void Tick()
        {
            long read = reader.BytesRead;
            silent = read == readBefore ? silent + 1 : 0;
            readBefore = read;
            if (silent > PatienceFactor * context.Options.SilentBeatsMax) CancelQuietly(end);
            else beats.Writer.TryWrite(Volatile.Read(ref newest));
        }
    }

    private static async Task EchoAsync(Stream body, ChannelReader<ulong> beats, CancellationTokenSource end)
    {
        byte[] buffer = new byte[LinkHead.LengthMax];
        try
        {
            await foreach (ulong beat in beats.ReadAllAsync(end.Token))
            {
                await body.WriteAsync(buffer.AsMemory(0, LinkHead.WriteBeat(buffer, beat)), end.Token);
                await body.FlushAsync(end.Token);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            CancelQuietly(end);
        }
    }

    /// <summary>The timer's last tick may come when the stream has ended already.</summary>
    private static void CancelQuietly(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }
    }
}
