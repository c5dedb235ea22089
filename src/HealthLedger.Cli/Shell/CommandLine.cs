using System.CommandLine;
using System.CommandLine.Help;
using HealthLedger.Cli.Commands;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Shell;

/// <summary>The whole command line: parses, runs, prints, and turns what happened into an exit code.</summary>
internal static class CommandLine
{
    /// <summary>What the root's help shows.</summary>
    public static IReadOnlyList<string> Examples { get; } =
    [
        "status",
        "org new riverside --keys-from data/members/0/keys",
        "import bundles/ --report refused.ndjson",
        "grant PATIENT \"Oakwood Clinic\" --segments general,laboratory --days 30",
        "read PATIENT --type Observation --as oakwood",
        "log PATIENT",
        "verify receipt.cbor --genesis genesis.cbor",
    ];

    /// <summary>The command tree.</summary>
    public static RootCommand Build(GlobalOptionSet options)
    {
        RootCommand root = new("HealthLedger: health records that the patient controls, on a ledger that anyone can check.");
        foreach (Option option in options.All) root.Add(option);
        foreach (Command command in CommandTree.All()) root.Add(command);
        foreach (Option option in root.Options)
            if (option is HelpOption help) help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Runs one command line and returns its exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancel = default)
    {
        GlobalOptionSet options = new();
        RootCommand root = Build(options);
        foreach (LedgerCommand command in Leaves(root)) command.SetAction((parsed, token) => RunAsync(command, parsed, options, terminal, token));
        ParseResult parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples)
            return FaultPrinter.Print(terminal, parsed.GetValue(options.Json), new Fault(FaultCode.UsageWrong, string.Join(" ", parsed.Errors.Select(error => error.Message))));
        return await parsed.InvokeAsync(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false }, cancel);
    }

    /// <summary>The commands that do something.</summary>
    public static IEnumerable<LedgerCommand> Leaves(Command command) =>
        command.Subcommands.SelectMany(Leaves).Concat(command is LedgerCommand { Run: not null } leaf ? [leaf] : []);

    private static async Task<int> RunAsync(LedgerCommand command, ParseResult parsed, GlobalOptionSet options, Terminal terminal, CancellationToken cancel)
    {
        using Call call = new(parsed, options, terminal, cancel);
        try
        {
            Result<Answer> result = await command.Run!(call);
            if (!result.TryGet(out Answer? answer, out Fault fault)) return FaultPrinter.Print(terminal, call.IsJson, fault);
            if (call.IsJson) terminal.Out.WriteLine(answer.Json.ToJsonString(FaultPrinter.Indented));
            else answer.Print(terminal.ConsoleOf(error: false));
            return answer.ExitCode;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return 130;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return FaultPrinter.Print(terminal, call.IsJson, new Fault(FaultCode.FileUnusable, exception.Message));
        }
    }
}
