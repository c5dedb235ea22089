using System.CommandLine;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Shell;

/// <summary>A command with examples in its help. A leaf runs; a group only holds others.</summary>
internal class LedgerCommand : Command
{
    /// <summary>A command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="examples">What people type, without the program's name; a comment after two spaces and a #.</param>
    public LedgerCommand(string name, string description, params string[] examples) : base(name, description) => Examples = examples;

    /// <summary>What people type, without the program's name.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>What the command does; null for a group. A command that does something takes a line without a subcommand, also where it has some.</summary>
    public Func<Call, Task<Result<Answer>>>? Run
    {
        get;
        init
        {
            field = value;
            if (value is not null) SetAction(static _ => 0);
        }
    }

    /// <summary>Adds subcommands.</summary>
    public LedgerCommand With(params Command[] commands)
    {
        foreach (Command command in commands) Add(command);
        return this;
    }
}
