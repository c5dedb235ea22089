using HealthLedger.Cli.Shell;

namespace HealthLedger.Cli.Commands.Administration;

/// <summary><c>admin</c>: what operators of a member's node do.</summary>
internal static class AdminCommands
{
    /// <summary>The group.</summary>
    public static LedgerCommand Make() => new LedgerCommand("admin", "Look after members' nodes: status, back up, restore, change members",
        "admin status --node http://10.0.0.1:8080 --node http://10.0.0.2:8080",
        "admin backup /var/lib/healthledger/store /backup/hospital  # while it runs",
        "admin restore /backup/hospital /var/lib/healthledger/store",
        "admin configuration show")
        .With(AdminStatusCommand.Make(), DrainCommands.Drain(), DrainCommands.Resume(), BackupCommands.Write(), BackupCommands.Check(), BackupCommands.Restore(), ConfigurationCommands.Make());
}
