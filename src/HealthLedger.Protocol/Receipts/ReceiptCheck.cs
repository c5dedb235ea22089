using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Protocol.Receipts;

/// <summary>
/// Everything that a receipt says, against one configuration that is known to be right: from the event up to the certificate. How that configuration is known
/// is the caller's business.
/// </summary>
internal static class ReceiptCheck
{
    /// <summary>Where a receipt breaks, or null: q + 1 signature verifications and about 150 hashes at most.</summary>
    public static Fault? Check(Receipt receipt, GenesisFile genesis, Configuration configuration) =>
        CheckStatement(receipt, genesis) ?? CheckEvent(receipt, genesis) ?? CheckHeaders(receipt, genesis) ?? CheckLeaves(receipt) ?? CheckCertificate(receipt, configuration);

    private static Fault? CheckStatement(Receipt receipt, GenesisFile genesis)
    {
        Statement statement = receipt.Statement;
        if (statement.Network != genesis.Network) return At("statement", "It is for another network than the genesis.", FaultCode.FormatValue);
        if (statement.Shard > genesis.Shards) return At("statement", "The network has no such shard.", FaultCode.FormatValue);
        if (statement.NotAfter < statement.IssuedAt || statement.NotAfter - statement.IssuedAt > Statement.ValidityMax) return At("statement", "It is valid for more than 24 hours.", FaultCode.FormatValue);
        if (receipt.Signer.KeyId != statement.KeyId) return At("signer", "It is not the key that the statement names.", FaultCode.SignerUnknown);
        return statement.Verify(receipt.Signer) ? null : At("statement", "Its signature does not verify.", FaultCode.SignatureInvalid);
    }

    private static Fault? CheckEvent(Receipt receipt, GenesisFile genesis)
    {
        Statement statement = receipt.Statement;
        if (receipt.Index >= statement.Count) return At("index", "The statement covers fewer events.");
        if (receipt.Event.Event is { } item && Shards.Of(item.SubjectUtf8, genesis.Shards) != statement.Shard) return At("event", "Its subject belongs to another shard.", FaultCode.FormatValue);
        return TreeVerifier.Inclusion(receipt.Event.Hash, (ulong)receipt.Index, (ulong)statement.Count, receipt.EventsPath.AsSpan(), statement.EventsRoot)
            ? null
            : At("eventsPath", "It does not lead from the event to the statement's eventsRoot.");
    }

    private static Fault? CheckHeaders(Receipt receipt, GenesisFile genesis)
    {
        Hash32 parent = default;
        for (int i = 0; i < receipt.Headers.Length; i++)
        {
            BlockHeader header = receipt.Headers[i];
            string field = $"headers[{i}]";
            if (header.Network != genesis.Network || header.Shard != receipt.Statement.Shard) return At(field, "It is of another network or shard than the statement.", FaultCode.FormatValue);
            if (header.Height == 0 && (i != 0 || header != genesis.HeaderOf(header.Shard))) return At(field, "It is not the header that follows from the genesis.");
            if (i > 0 && (header.Height != receipt.Headers[i - 1].Height + 1 || header.Parent != parent)) return At(field, "The header before it is not its parent.");
            if (i > 0 && (header.Time < receipt.Headers[i - 1].Time || header.TreeSize < receipt.Headers[i - 1].TreeSize)) return At(field, "Its time or its tree goes back.");
            if (i > 0 && header.Config - receipt.Headers[i - 1].Config is not (0 or 1)) return At(field, "Its configuration is neither its parent's nor the one after.");
            parent = header.ComputeHash();
        }
        return null;
    }

    private static Fault? CheckLeaves(Receipt receipt)
    {
        BlockHeader last = receipt.Headers[^1];
        if (receipt.StatementLeaf < receipt.Headers[0].TreeSize || receipt.EntryLeaf >= receipt.Headers[1].TreeSize)
            return At("statementLeaf", "The statement and the entry are not among the leaves that the block added.");
        if (!TreeVerifier.Inclusion(receipt.Statement.LeafHash, (ulong)receipt.StatementLeaf, (ulong)last.TreeSize, receipt.StatementPath.AsSpan(), last.TreeRoot))
            return At("statementPath", "It does not lead from the statement to the last header's treeRoot.");
        return TreeVerifier.Inclusion(receipt.EntryLeafHash(), (ulong)receipt.EntryLeaf, (ulong)last.TreeSize, receipt.EntryPath.AsSpan(), last.TreeRoot)
            ? null
            : At("entryPath", "It does not lead from the event's hash and outcome to the last header's treeRoot.");
    }

    private static Fault? CheckCertificate(Receipt receipt, Configuration configuration)
    {
        BlockHeader last = receipt.Headers[^1];
        Vote vote = receipt.Certificate.Vote;
        if (vote.Kind != VoteKind.Commit) return At("certificate", "It is not a commit certificate.");
        if (vote.Epoch.Config != last.Config || vote.Shard != last.Shard || vote.Height != last.Height || vote.Block != last.ComputeHash())
            return At("certificate", "It is not of the last header.");
        return CertificateVerifier.Check(configuration, receipt.Certificate) is { } fault ? fault with { Message = $"certificate: {fault.Message}" } : null;
    }

    private static Fault At(string field, string sentence, FaultCode code = FaultCode.ProofInvalid) => new(code, $"{field}: {sentence}");
}
