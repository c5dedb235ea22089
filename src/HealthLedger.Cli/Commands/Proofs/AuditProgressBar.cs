using HealthLedger.Cli.Shell;
using HealthLedger.Validator.Audit;

namespace HealthLedger.Cli.Commands.Proofs;

/// <summary>Tells on one line of the terminal how far an audit has come, how fast it is, and how long it will take.</summary>
internal sealed class AuditProgressBar : IProgress<AuditProgress>
{
    private readonly Terminal _terminal;
    private readonly long _started;

    private AuditProgressBar(Terminal terminal) => (_terminal, _started) = (terminal, terminal.Clock.GetTimestamp());

    /// <summary>A bar where a person looks; null elsewhere.</summary>
    public static AuditProgressBar? For(Call call) => !call.IsJson && call.Terminal.IsErrorTerminal ? new AuditProgressBar(call.Terminal) : null;

    /// <inheritdoc/>
    public void Report(AuditProgress value)
    {
        double seconds = Math.Max(0.001, _terminal.Clock.GetElapsedTime(_started).TotalSeconds);
        TimeSpan left = TimeSpan.FromSeconds(seconds / Math.Max(1, value.Blocks) * (value.BlocksTotal - value.Blocks));
        string line = $"\r{value.Blocks:N0} of {value.BlocksTotal:N0} blocks, {value.Entries / seconds:N0} entries/s, {left:hh\\:mm\\:ss} left ";
        _terminal.Error.Write(value.Blocks == value.BlocksTotal ? line + "\n" : line);
    }
}
