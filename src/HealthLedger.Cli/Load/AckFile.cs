using System.Text.Json;
using System.Threading.Channels;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Load;

/// <summary>
/// The file of acknowledged entries, a JSON object a line, only ever appended to. A line counts once it is on the disk: many are written and flushed together.
/// A last line that a kill tore off is cut when the file is opened again; it was never counted.
/// </summary>
internal sealed class AckFile : IAsyncDisposable
{
    private const int LinesWaitingMax = 4_096;

    private readonly Channel<(byte[] Line, TaskCompletionSource Written)> _waiting = Channel.CreateBounded<(byte[] Line, TaskCompletionSource Written)>(LinesWaitingMax);
    private readonly FileStream _stream;
    private readonly Task _run;

    private AckFile(FileStream stream)
    {
        _stream = stream;
        _run = Task.Run(RunAsync);
    }

    /// <summary>Opens a file, or creates it, and goes to the end of its last whole line.</summary>
    public static AckFile Open(string path)
    {
        FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        long whole = stream.Length;
        for (bool ended = false; whole > 0 && !ended; whole -= ended ? 0 : 1)
        {
            stream.Position = whole - 1;
            ended = stream.ReadByte() == '\n';
        }
        stream.SetLength(whole);
        stream.Position = whole;
        return new AckFile(stream);
    }

    /// <summary>Appends lines; complete when they are on the disk.</summary>
    public async Task AppendAsync(IEnumerable<AckLine> lines)
    {
        byte[] text = [.. lines.SelectMany(line => (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(line, AckLine.Json), (byte)'\n'])];
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _waiting.Writer.WriteAsync((text, written));
        await written.Task;
    }

    /// <summary>All whole lines of a file.</summary>
    public static Result<IReadOnlyList<AckLine>> Read(string path)
    {
        List<AckLine> lines = [];
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(stream);
        long number = 0;
        for (string? line = reader.ReadLine(); line is not null; line = reader.ReadLine())
        {
            number++;
            try
            {
                AckLine whole = JsonSerializer.Deserialize<AckLine>(line, AckLine.Json)!;
                if (whole.Unfit() is { } unfit) return new Fault(FaultCode.FileUnusable, $"Line {number} of {path} is not one that `load` writes: {unfit}.");
                lines.Add(whole);
            }
            catch (JsonException) when (reader.EndOfStream)
            {
                // Torn off, and so never counted.
            }
            catch (JsonException)
            {
                return new Fault(FaultCode.FileUnusable, $"Line {number} of {path} is not one that `load` writes.");
            }
        }
        return lines;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _run;
        await _stream.DisposeAsync();
    }

    private async Task RunAsync()
    {
        List<TaskCompletionSource> written = [];
        while (await _waiting.Reader.WaitToReadAsync())
        {
            try
            {
                while (_waiting.Reader.TryRead(out (byte[] Line, TaskCompletionSource Written) item))
                {
                    written.Add(item.Written);
                    await _stream.WriteAsync(item.Line);
                }
                _stream.Flush(flushToDisk: true);
                foreach (TaskCompletionSource each in written) each.TrySetResult();
            }
            catch (IOException failed)
            {
                // What could not be written is not counted; who waits is told, and the run ends.
                foreach (TaskCompletionSource each in written) each.TrySetException(failed);
            }
            written.Clear();
        }
    }
}
