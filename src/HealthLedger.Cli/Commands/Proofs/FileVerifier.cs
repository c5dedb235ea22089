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

/// <summary>Tells by its first bytes what a file is, and checks it with the genesis and what is known of configurations since.</summary>
internal static class FileVerifier
{
    private const int SmallFileMax = 80 << 20;
    private const byte HeaderMapOf5 = 0xA5, HeaderMapOf7 = 0xA7, ProofArray = 0x82;

    /// <summary>Checks one file; a fault names the place of the first thing that is wrong.</summary>
    public static async Task<Result<VerifiedFile>> VerifyAsync(string path, ConfigurationHistory known, Hash32? blockHash, CancellationToken cancel)
    {
        byte[] head = new byte[64];
        int length;
        await using (FileStream file = File.OpenRead(path)) length = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel);
        if (length == 0) return new Fault(FaultCode.FormatValue, "byte 0: The file is empty.");
        if (IsExport(head.AsSpan(0, length))) return await ExportAsync(path, known, cancel);
        if (new FileInfo(path).Length > SmallFileMax) return new Fault(FaultCode.FormatLimit, "The file is too large for anything but an export.");
        byte[] bytes = await File.ReadAllBytesAsync(path, cancel);
        return Verify(bytes, known, blockHash);
    }

    /// <summary>Checks the bytes of anything but an export.</summary>
    public static Result<VerifiedFile> Verify(byte[] bytes, ConfigurationHistory known, Hash32? blockHash = null)
    {
        ReadOnlySpan<byte> head = bytes;
        if (Holds(head, GlobalReceipt.Version) || (bytes.Length > 0 && bytes[0] is 0xA7 or 0xA8 && !Holds(head, GenesisFile.Version))) return Global(bytes, known);
        if (Holds(head, Receipt.Version) || (bytes.Length > 0 && bytes[0] == 0xAD)) return OfReceipt(bytes, known);
        if (Holds(head, GenesisFile.Version)) return OfGenesis(bytes, known.Genesis);
        if (bytes.Length > 0 && bytes[0] >= 0x20 && bytes[0] < 0x7F) return OfNote(bytes, known);
        return IsHistory(head) ? OfHistory(bytes, known) : OfBlock(bytes, known.Genesis, blockHash);
    }

    private static Result<VerifiedFile> OfReceipt(byte[] bytes, ConfigurationHistory known) =>
        ReceiptVerifier.Verify(bytes, known).TryGet(out ReceiptFacts? facts, out Fault fault)
            ? new VerifiedFile("receipt", ReceiptText.Json(facts), [.. ReceiptText.Lines(facts)])
            : fault;

    private static Result<VerifiedFile> Global(byte[] bytes, ConfigurationHistory known)
    {
        if (!GlobalReceipt.Verify(bytes, known).TryGet(out GlobalReceiptFacts? facts, out Fault fault)) return fault;
        JsonObject json = ReceiptText.Json(facts.Receipt);
        json["checkpoint"] = facts.Checkpoint.Size;
        return new VerifiedFile("global receipt", json, [.. ReceiptText.Lines(facts.Receipt), $"Checkpoint size {facts.Checkpoint.Size}, cosigned by {facts.Checkpoint.Members.Length} members of configuration {facts.Checkpoint.Config}"]);
    }

    private static Result<VerifiedFile> OfGenesis(byte[] bytes, GenesisFile genesis)
    {
        if (!GenesisFile.Decode(bytes).TryGet(out GenesisFile? read, out Fault fault)) return fault with { Message = $"genesis: {fault.Message}" };
        if (read.Hash != genesis.Hash) return new Fault(FaultCode.ProofInvalid, $"genesis: It is another network's: {read.Hash}.");
        return new VerifiedFile("genesis", new JsonObject { ["network"] = read.Network, ["hash"] = read.Hash.ToString(), ["members"] = read.Configuration.N },
            [$"Network {read.Network}, {read.Configuration.N} members, {read.Organizations.Length} organizations, hash {read.Hash}"]);
    }

    private static Result<VerifiedFile> OfNote(byte[] bytes, ConfigurationHistory known)
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
        if (!CheckpointVerifier.Verify(text, known).TryGet(out VerifiedCheckpoint? checkpoint, out Fault fault)) return fault with { Message = $"checkpoint: {fault.Message}" };
        if (Protocol.Notes.SignedNote.Parse(text).Value.Signatures.Count != checkpoint.Members.Length)
            return new Fault(FaultCode.SignerUnknown, "checkpoint: It has a signature line that is no member's, or one twice.");
        return new VerifiedFile("checkpoint", new JsonObject { ["size"] = checkpoint.Size, ["root"] = checkpoint.Root.ToString(), ["cosigners"] = checkpoint.Members.Length, ["configuration"] = checkpoint.Config },
            [$"Directory tree of size {checkpoint.Size}, root {checkpoint.Root}", $"Cosigned by {checkpoint.Members.Length} of {known.TryGet(checkpoint.Config)!.N} members of configuration {checkpoint.Config}"]);
    }

    private static Result<VerifiedFile> OfHistory(byte[] bytes, ConfigurationHistory known)
    {
        if (!ConfigurationHistory.Decode(bytes, known.Genesis).TryGet(out ConfigurationHistory? history, out Fault fault)) return fault;
        if (history.FirstDifference(known) is { } number) return new Fault(FaultCode.ProofInvalid, $"configurations: Another configuration of number {number} is known here: members have decided twice.");
        return new VerifiedFile("configurations", new JsonObject { ["newest"] = history.Newest.Number, ["hash"] = history.Newest.Hash.ToString(), ["members"] = history.Newest.N },
            [$"Configurations 1 to {history.Newest.Number}, each decided by a quorum of the one before", $"Members now: {string.Join(", ", history.Newest.Members.Select(member => member.Name))}"]);
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

    private static async Task<Result<VerifiedFile>> ExportAsync(string path, ConfigurationHistory known, CancellationToken cancel)
    {
        await using FileStream stream = File.OpenRead(path);
        if (!(await new OfflineVerifier(known).VerifyExportAsync(stream, cancel: cancel)).TryGet(out ExportSummary? summary, out Fault fault)) return fault;
        return new VerifiedFile("export",
            new JsonObject { ["patient"] = summary.Patient.ToString(), ["time"] = Words.Instant(summary.Time), ["entries"] = summary.Entries, ["records"] = summary.Records, ["signer"] = summary.Signer.ToString() },
            [$"Record of {summary.Patient}, written {Words.Time(summary.Time)}", $"{summary.Entries} entries, each proved by its receipt; {summary.Records} of them records with their content", $"Signed by the key {summary.Signer}"]);
    }

    // An export is a sequence of byte strings, the first of which is a header that begins with its version.
    private static bool IsExport(ReadOnlySpan<byte> head)
    {
        int lengthBytes = (head[0] & 0x1F) switch { < 24 => 0, 24 => 1, 25 => 2, 26 => 4, _ => -1 };
        if (head[0] >> 5 != 2 || lengthBytes < 0 || head.Length <= 1 + lengthBytes) return false;
        return head[1 + lengthBytes] is >= HeaderMapOf5 and <= HeaderMapOf7;
    }

    // A list of proofs, each an array of two; a block and a genesis begin with a byte string.
    private static bool IsHistory(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty || head[0] >> 5 != 4) return false;
        int lengthBytes = (head[0] & 0x1F) switch { < 24 => 0, 24 => 1, 25 => 2, _ => -1 };
        return head[0] == 0x80 || (lengthBytes >= 0 && head.Length > 1 + lengthBytes && head[1 + lengthBytes] == ProofArray);
    }

    private static bool Holds(ReadOnlySpan<byte> bytes, string version) => bytes[..Math.Min(bytes.Length, 48)].IndexOf(Encoding.ASCII.GetBytes(version)) >= 0;
}
