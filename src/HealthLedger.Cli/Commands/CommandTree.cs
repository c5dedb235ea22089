using System.CommandLine;
using HealthLedger.Cli.Commands.Administration;
using HealthLedger.Cli.Commands.Benching;
using HealthLedger.Cli.Commands.Consent;
using HealthLedger.Cli.Commands.Importing;
using HealthLedger.Cli.Commands.Loading;
using HealthLedger.Cli.Commands.Network;
using HealthLedger.Cli.Commands.Nodes;
using HealthLedger.Cli.Commands.Organizations;
using HealthLedger.Cli.Commands.Patients;
using HealthLedger.Cli.Commands.Proofs;
using HealthLedger.Cli.Commands.Reading;
using HealthLedger.Cli.Commands.Wallets;

namespace HealthLedger.Cli.Commands;

/// <summary>All commands, in the order of the help.</summary>
internal static class CommandTree
{
    /// <summary>New ones each time: a command belongs to one tree.</summary>
    public static IEnumerable<Command> All() =>
    [
        StatusCommand.Make(),
        OrgCommands.Make(), WalletCommands.Make(), PatientCommands.Make(),
        ImportCommand.Make(),
        GrantCommand.Make(), RevokeCommand.Make(), GrantsCommand.Make(),
        ReadCommand.Make(), LogCommand.Make(), ExportCommand.Make(),
        ReceiptCommand.Make(), VerifyCommand.Make(), AuditCommand.Make(),
        NetworkCommands.Make(), AdminCommands.Make(),
        BenchCommand.Make(), BenchStartCommand.Make(), LoadCommand.Make(),
    ];
}
