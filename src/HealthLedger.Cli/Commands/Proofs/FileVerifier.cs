using System.Text;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Names;
using HealthLedger.Client.Verify;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Checkpoints;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Cli.Commands.Proofs;

/// <summary>A file that holds.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Json">What it proves.</param>
/// <param name="Lines">The same in words.</param>
internal sealed record VerifiedFile(string Kind, JsonObject Json, IReadOnlyList<string> Lines);

/// <summary>Tells by its first bytes what a file is, and checks it with the genesis.</summary>
internal static class FileVerifier
{
    private const int SmallFileMax = 32 << 20;
    private const byte HeaderMapOf5 = 0xA5, HeaderMapOf6 = 0xA6;

    /// <summary>Checks one file; a fault names the place of the first thing that is wrong.</summary>
    public static async Task<Result<VerifiedFile>> VerifyAsync(string path, GenesisFile genesis, Hash32? blockHash, CancellationToken cancel)
    {
        byte[] head = new byte[64];
        int length;
        await using (FileStream file = File.OpenRead(path)) length = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel);
        if (length == 0) return new Fault(FaultCode.FormatValue, "byte 0: The file is empty.");
        if (IsExport(head.AsSpan(0, length))) return await ExportAsync(path, genesis, cancel);
        if (new FileInfo(path).Length > SmallFileMax) return new Fault(FaultCode.FormatLimit, "The file is too large for anything but an export.");
        byte[] bytes = await File.ReadAllBytesAsync(path, cancel);
        return Verify(bytes, genesis, blockHash);
    }

    /// <summary>Checks the bytes of anything but an export.</summary>
    public static Result<VerifiedFile> Verify(byte[] bytes, GenesisFile genesis, Hash32? blockHash = null)
    {
        ReadOnlySpan<byte> head = bytes;
        if (Holds(head, GlobalReceipt.Version) || (bytes.Length > 0 && bytes[0] == 0xA7 && !Holds(head, GenesisFile.Version))) return Global(bytes, genesis);
        if (Holds(head, Receipt.Version) || (bytes.Length > 0 && bytes[0] == 0xAD)) return OfReceipt(bytes, genesis);
        if (Holds(head, GenesisFile.Version)) return OfGenesis(bytes, genesis);
        if (bytes.Length > 0 && bytes[0] >= 0x20 && bytes[0] < 0x7F) return OfNote(bytes, genesis);
        return OfBlock(bytes, genesis, blockHash);
    }

    private static Result<VerifiedFile> OfReceipt(byte[] bytes, GenesisFile genesis) =>
        ReceiptVerifier.Verify(bytes, genesis).TryGet(out ReceiptFacts? facts, out Fault fault)
            ? new VerifiedFile("receipt", ReceiptText.Json(facts), [.. ReceiptText.Lines(facts, genesis)])
            : fault;

    private static Result<VerifiedFile> Global(byte[] bytes, GenesisFile genesis)
    {
        if (!GlobalReceipt.Verify(bytes, genesis).TryGet(out GlobalReceiptFacts? facts, out Fault fault)) return fault;
        JsonObject json = ReceiptText.Json(facts.Receipt);
        json["checkpoint"] = facts.Checkpoint.Size;
        return new VerifiedFile("global receipt", json, [.. ReceiptText.Lines(facts.Receipt, genesis), $"Checkpoint size {facts.Checkpoint.Size}, cosigned by {facts.Checkpoint.Members.Length} members"]);
    }

    private static Result<VerifiedFile> OfGenesis(byte[] bytes, GenesisFile genesis)
    {
        if (!GenesisFile.Decode(bytes).TryGet(out GenesisFile? read, out Fault fault)) return fault with { Message = $"genesis: {fault.Message}" };
        if (read.Hash != genesis.Hash) return new Fault(FaultCode.ProofInvalid, $"genesis: It is another network's: {read.Hash}.");
        return new VerifiedFile("genesis", new JsonObject { ["network"] = read.Network, ["hash"] = read.Hash.ToString(), ["members"] = read.Configuration.N },
            [$"Network {read.Network}, {read.Configuration.N} members, {read.Organizations.Length} organizations, hash {read.Hash}"]);
    }

    private static Result<VerifiedFile> OfNote(byte[] bytes, GenesisFile genesis)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            return new Fault(FaultCode.TextMalformed, $"byte {exception.Index}: The note is not UTF-8.");
        }
        if (!new LedgerCheckpoint(genesis.Configuration).Verify(text).TryGet(out VerifiedCheckpoint? checkpoint, out Fault fault)) return fault with { Message = $"checkpoint: {fault.Message}" };
        if (Protocol.Notes.SignedNote.Parse(text).Value.Signatures.Count != checkpoint.Members.Length)
            return new Fault(FaultCode.SignerUnknown, "checkpoint: It has a signature line that is no member's, or one twice.");
        return new VerifiedFile("checkpoint", new JsonObject { ["size"] = checkpoint.Size, ["root"] = checkpoint.Root.ToString(), ["cosigners"] = checkpoint.Members.Length },
            [$"Directory tree of size {checkpoint.Size}, root {checkpoint.Root}", $"Cosigned by {checkpoint.Members.Length} of {genesis.Configuration.N} members"]);
    }

    private static Result<VerifiedFile> OfBlock(byte[] bytes, GenesisFile genesis, Hash32? expected)
    {
        if (!Block.Decode(bytes).TryGet(out Block? block, out Fault fault)) return fault with { Message = $"block: {fault.Message}" };
        if (block.Header.Network != genesis.Network) return new Fault(FaultCode.ProofInvalid, "block: header: It is another network's.");
        if (expected is { } hash && hash != block.Hash) return new Fault(FaultCode.ProofInvalid, $"block: header: It has the hash {block.Hash}, not the one that was told.");
        if (block.CheckBody() is { } wrong) return wrong with { Message = $"block: {wrong.Message}" };
        return new VerifiedFile(expected is null ? "block (header and body fit; with --hash it is held against the committed one)" : "block",
            new JsonObject { ["shard"] = block.Header.Shard, ["height"] = block.Header.Height, ["hash"] = block.Hash.ToString(), ["statements"] = block.StatementCount, ["entries"] = block.EntryCount, ["time"] = Words.Instant(block.Header.Time) },
            [$"Shard {block.Header.Shard}, height {block.Header.Height}, {block.StatementCount} statements, {block.EntryCount} entries, {Words.Time(block.Header.Time)}", $"Hash {block.Hash}"]);
    }

    private static async Task<Result<VerifiedFile>> ExportAsync(string path, GenesisFile genesis, CancellationToken cancel)
    {
        await using FileStream stream = File.OpenRead(path);
        if (!(await new OfflineVerifier(genesis).VerifyExportAsync(stream, cancel: cancel)).TryGet(out ExportSummary? summary, out Fault fault)) return fault;
        return new VerifiedFile("export",
            new JsonObject { ["patient"] = summary.Patient.ToString(), ["time"] = Words.Instant(summary.Time), ["entries"] = summary.Entries, ["records"] = summary.Records, ["signer"] = summary.Signer.ToString() },
            [$"Record of {summary.Patient}, written {Words.Time(summary.Time)}", $"{summary.Entries} entries, each proved by its receipt; {summary.Records} of them records with their content", $"Signed by the key {summary.Signer}"]);
    }

    // An export is a sequence of byte strings, the first of which is a header that begins with its version.
    private static bool IsExport(ReadOnlySpan<byte> head)
    {
        int lengthBytes = (head[0] & 0x1F) switch { < 24 => 0, 24 => 1, 25 => 2, 26 => 4, _ => -1 };
        if (head[0] >> 5 != 2 || lengthBytes < 0 || head.Length <= 1 + lengthBytes) return false;
        return head[1 + lengthBytes] is HeaderMapOf5 or HeaderMapOf6;
    }

    private static bool Holds(ReadOnlySpan<byte> bytes, string version) => bytes[..Math.Min(bytes.Length, 48)].IndexOf(Encoding.ASCII.GetBytes(version)) >= 0;
}
