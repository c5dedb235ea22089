using System.Security.Cryptography;
using HealthLedger.Client.Connection;
using HealthLedger.Protocol.Keys.KeyFile;
using Spectre.Console;

namespace HealthLedger.Cli.Shell;

/// <summary>Everything outside that a command touches, so that a test can stand in for it: streams, variables, clock, randomness, nodes.</summary>
internal sealed record Terminal
{
    /// <summary>Where results go.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Where progress, warnings and faults go.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Reads a secret without showing it; null where nobody can be asked.</summary>
    public Func<string, string>? AskSecret { get; init; }

    /// <summary>True when a person looks at <see cref="Out"/>.</summary>
    public bool IsOutTerminal { get; init; }

    /// <summary>True when a person looks at <see cref="Error"/>.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>The value of an environment variable; null where it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Keys, salts and nonces come from it.</summary>
    public RandomNumberGenerator Random { get; init; } = RandomNumberGenerator.Create();

    /// <summary>Makes the connection to a node.</summary>
    public required Func<Uri, HttpClient, ILedgerConnection> Connect { get; init; }

    /// <summary>Makes the HTTP client of a node.</summary>
    public Func<HttpClient> Http { get; init; } = static () => new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The folder of the user.</summary>
    public required string Home { get; init; }

    /// <summary>PBKDF2 iterations of key files that are written.</summary>
    public int KeyIterations { get; init; } = EncryptedKeyFile.Iterations;

    /// <summary>The terminal of this process.</summary>
    public static Terminal Process() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        AskSecret = Console.IsInputRedirected ? null : static question => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Prompt(new TextPrompt<string>(question).Secret()),
        IsOutTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
        Variable = Environment.GetEnvironmentVariable,
        Connect = static (address, http) => new HttpLedgerConnection(http, new HttpLedgerOptions { BaseAddress = address }, TimeProvider.System),
        Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
    };

    /// <summary>A console for tables and progress over one of the writers.</summary>
    public IAnsiConsole ConsoleOf(bool error)
    {
        bool terminal = error ? IsErrorTerminal : IsOutTerminal;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(error ? Error : Out),
            Ansi = terminal && Variable("NO_COLOR") is null ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal && Variable("NO_COLOR") is null ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        // A pipe has no width; lines are not to be broken for it.
        if (!terminal) console.Profile.Width = 4096;
        return console;
    }
}
