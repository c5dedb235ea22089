using HealthLedger.Cli.Shell;

namespace HealthLedger.Cli.Commands.Administration;

/// <summary>Tells on one line of the terminal how many bytes are done, how fast it is, and how long it will take.</summary>
internal sealed class BytesProgressBar : IProgress<(long Done, long All)>
{
    private const double Mebibyte = 1 << 20;
    private readonly Terminal _terminal;
    private readonly long _started;

    private BytesProgressBar(Terminal terminal) => (_terminal, _started) = (terminal, terminal.Clock.GetTimestamp());

    /// <summary>A bar where a person looks; null elsewhere.</summary>
    public static BytesProgressBar? For(Call call) => !call.IsJson && call.Terminal.IsErrorTerminal ? new BytesProgressBar(call.Terminal) : null;

    /// <inheritdoc/>
    public void Report((long Done, long All) value)
    {
        double seconds = Math.Max(0.001, _terminal.Clock.GetElapsedTime(_started).TotalSeconds);
        TimeSpan left = TimeSpan.FromSeconds(seconds / Math.Max(1, value.Done) * (value.All - value.Done));
        string line = $"\r{value.Done / Mebibyte:N0} of {value.All / Mebibyte:N0} MiB, {value.Done / Mebibyte / seconds:N0} MiB/s, {left:hh\\:mm\\:ss} left ";
        _terminal.Error.Write(value.Done == value.All ? line + "\n" : line);
    }
}
