using System.Globalization;

namespace HealthLedger.Node.Demo;

/// <summary>Logs to a file, so that the story's screen stays the story's. Starts anew beyond 16 MiB.</summary>
internal sealed class FileLog(string path, TimeProvider clock) : ILoggerProvider
{
    private const long BytesMax = 16 << 20;

    private readonly Lock _gate = new();
    private readonly StreamWriter _file = new(path, append: new FileInfo(path) is { Exists: true, Length: < BytesMax }) { AutoFlush = true };

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Write(string category, LogLevel level, string message, Exception? exception)
    {
        lock (_gate)
        {
            _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():O} {level} {category}: {message}"));
            if (exception is not null) _file.WriteLine(exception);
        }
    }

    private sealed class Category(FileLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => level >= LogLevel.Information;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> format)
        {
            if (IsEnabled(level)) log.Write(name, level, format(state, exception), exception);
        }
    }
}
