using HealthLedger.Cli.Shell;

namespace HealthLedger.Cli.Commands.Administration;

/// <summary><c>admin</c>: what operators of a member's node do.</summary>
internal static class AdminCommands
{
    /// <summary>The group.</summary>
    public static LedgerCommand Make() => new LedgerCommand("admin", "Look after a member's node: back up, restore, change members",
        "admin backup /var/lib/healthledger/store /backup/hospital  # while it runs",
        "admin restore /backup/hospital /var/lib/healthledger/store",
        "admin configuration show")
        .With(BackupCommands.Write(), BackupCommands.Check(), BackupCommands.Restore(), ConfigurationCommands.Make());
}
