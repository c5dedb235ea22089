using System.CommandLine;
using System.Text.Json.Nodes;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Commands.Administration;

/// <summary><c>admin drain</c>, <c>admin resume</c>: a node that shall be left alone for a while.</summary>
internal static class DrainCommands
{
    /// <summary>Drains.</summary>
    public static LedgerCommand Drain() => Make("drain", "Have a member's node hand over what it leads and take no new work, while it goes on voting; also over restarts, until `admin resume`", folder =>
    {
        string file = MemberFolder.DrainPath(folder);
        File.WriteAllBytes(file, []);
        return ("drained", $"{file} is there: within a second the node leads nothing and says that it is not ready. It votes on. `admin resume` ends that.");
    });

    /// <summary>Ends it.</summary>
    public static LedgerCommand Resume() => Make("resume", "End what `admin drain` began", folder =>
    {
        File.Delete(MemberFolder.DrainPath(folder));
        return ("resumed", "Within a second the node takes work again, and leads when it is its turn.");
    });

    private static LedgerCommand Make(string name, string description, Func<string, (string State, string Words)> change)
    {
        Option<string> folder = new("--folder") { Description = "The folder of the member's node", HelpName = "FOLDER", Required = true };
        LedgerCommand command = new(name, description, $"admin {name} --folder /var/lib/healthledger")
        {
            Run = call =>
            {
                string path = call.Value(folder)!;
                if (!File.Exists(MemberFolder.GenesisPath(path))) return Task.FromResult<Result<Answer>>(new Fault(FaultCode.FileUnusable, $"{path} is no node's folder: it has no genesis."));
                try
                {
                    (string state, string words) = change(path);
                    return Task.FromResult<Result<Answer>>(Answer.Of(new JsonObject { ["folder"] = path, ["state"] = state }, words));
                }
                catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
                {
                    return Task.FromResult<Result<Answer>>(new Fault(FaultCode.FileUnusable, refused.Message));
                }
            },
        };
        command.Add(folder);
        return command;
    }
}
