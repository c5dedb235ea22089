using System.CommandLine;
using System.Globalization;
using HealthLedger.Cli.Shell;
using HealthLedger.Client;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Cli.Commands.Proofs;

/// <summary><c>receipt</c>: gets the receipt of an entry, verifies it, keeps it.</summary>
internal static class ReceiptCommand
{
    /// <summary>The command.</summary>
    public static LedgerCommand Make()
    {
        Argument<string> id = new("id") { Description = "Statement id and event index: 64 hexadecimal digits, slash, number (0 where left out)" };
        Option<string?> output = new("--out") { Description = "Keep the receipt in this file", HelpName = "FILE" };
        LedgerCommand command = new("receipt", "Get the receipt of an entry, verify it and keep it",
            "receipt 9c1f...e2/0", "receipt 9c1f...e2/3 --out receipt.cbor")
        {
            Run = async call =>
            {
                string[] parts = call.Value(id)!.Split('/');
                int index = 0;
                if (parts.Length > 2 || !Hash32.TryParse(parts[0], out Hash32 statement) || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)))
                    return new Fault(FaultCode.UsageWrong, "A receipt's id is a statement id of 64 hexadecimal digits, a slash and the event's number.");
                if (!(await call.ConnectAsync()).TryGet(out LedgerClient? client, out Fault fault)) return fault;
                for (int shard = 0; shard <= client.Network.Shards; shard++)
                {
                    if (!(await client.Connection.FindAsync(shard, statement, call.Cancel)).TryGet(out CommittedStatement? found, out fault)) return fault;
                    if (found is null) continue;
                    if (!(await client.Connection.ReceiptAsync(shard, statement, index, call.Cancel)).TryGet(out ReadOnlyMemory<byte> bytes, out fault)) return fault;
                    if (!ReceiptVerifier.Verify(bytes, client.Network.Configurations).TryGet(out ReceiptFacts? facts, out fault)) return fault;
                    if (call.Value(output) is { } path) await File.WriteAllBytesAsync(path, bytes.ToArray(), call.Cancel);
                    return ReceiptText.Answer(facts, call.Value(output) is { } kept ? $"Kept in {kept} ({bytes.Length} bytes)" : "Not kept; --out FILE keeps it");
                }
                return new Fault(FaultCode.NotFound, "The node knows no statement of this id.");
            },
        };
        command.Add(id);
        command.Add(output);
        return command;
    }
}
