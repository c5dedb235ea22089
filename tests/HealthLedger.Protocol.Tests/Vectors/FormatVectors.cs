using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Checkpoints;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Protocol.Tests.Receipts;
using HealthLedger.Protocol.Tests.Statements;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Protocol.Tests.Vectors;

public class FormatVectors
{
    private static readonly SmallLedger Ledger = new(signer: Signer);
    private static readonly ChangingLedger Changing = new ChangingLedger(Signer, Ledger.Genesis).Change(0, 1, 2, 3, 4).Change(1, 2, 3, 4);

    [Fact]
    public void The_vectors_beside_the_page_are_those_that_the_code_makes()
    {
        string folder = Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "src", "HealthLedger.Protocol", "vectors");
        Dictionary<string, string> vectors = All().ToDictionary(vector => vector.Name + ".json", vector => vector.ToJson());
        if (Environment.GetEnvironmentVariable("HEALTHLEDGER_WRITE_VECTORS") == "1")
        {
            Directory.CreateDirectory(folder);
            foreach ((string name, string json) in vectors) File.WriteAllText(Path.Combine(folder, name), json);
        }
        Directory.EnumerateFiles(folder).Select(Path.GetFileName).Should().BeEquivalentTo(vectors.Keys, "vectors are written anew with HEALTHLEDGER_WRITE_VECTORS=1");
        foreach ((string name, string json) in vectors) File.ReadAllText(Path.Combine(folder, name)).Should().Be(json, name);
    }

    [Fact]
    public void The_signer_of_the_vectors_gives_the_signatures_of_RFC_6979()
    {
        // RFC 6979 appendix A.2.5: P-256, SHA-256, message "sample".
        byte[] pkcs8 = Pkcs8("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
        using SigningKey key = SigningKey.FromPkcs8(pkcs8).Value;
        byte[] signature = new byte[64];
        new DeterministicSigner(key).Sign("sample"u8, signature);
        Convert.ToHexString(signature).Should().Be("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
        key.Public.Verify("sample"u8, signature).Should().BeTrue();
    }

    private static ISigner Signer(int number) => new DeterministicSigner(Samples.Signer(number));

    private static IEnumerable<Vector> All() => [.. Statements(), .. Blocks(), .. Votes(), .. Proofs(), .. Configurations(), .. Objects()];

    private static IEnumerable<Vector> Statements()
    {
        Event item = Samples.Event(1);
        yield return new Vector("event", 1, "An event with a body of three hashes.", item.Bytes,
            new() { ["hash"] = item.Hash, ["type"] = item.Type, ["subject"] = item.Subject, ["salt"] = item.Salt, ["body"] = item.Body, ["shardOf4"] = Shards.Of(item.Subject, 4) });
        Submission submission = Samples.Submission(3, Signer(7), seq: 12, atomic: true);
        Statement statement = submission.Statement;
        Dictionary<string, object?> facts = new()
        {
            ["id"] = statement.Id,
            ["leafHash"] = statement.LeafHash,
            ["signer"] = Signer(7).Public,
            ["keyId"] = statement.KeyId,
            ["issuer"] = statement.Issuer,
            ["network"] = statement.Network,
            ["shard"] = statement.Shard,
            ["count"] = statement.Count,
            ["eventsRoot"] = statement.EventsRoot,
            ["issuedAt"] = statement.IssuedAt,
            ["notAfter"] = statement.NotAfter,
            ["nonce"] = statement.Nonce,
            ["seq"] = statement.Seq,
            ["atomic"] = statement.Atomic,
        };
        yield return new Vector("statement", 1, "A statement over three events, with seq and atomic.", statement.Bytes, facts);
        yield return new Vector("submission", 1, "That statement with its events.", submission.Encode(), new() { ["eventHashes"] = submission.Events.Select(e => e.Hash) });
        (string Name, Outcome Outcome)[] outcomes =
        [
            ("applied", Outcome.Applied), ("decided", Outcome.Decided(Samples.Hash(1))), ("duplicate", Outcome.Duplicate(17)), ("refused", Outcome.Refused(FaultCode.FormatValue)),
            ("permitted", Outcome.Permitted(FaultCode.FormatValue, 12, Samples.Hash(1), Samples.Id(1))), ("denied", Outcome.Denied(FaultCode.FormatValue)),
        ];
        foreach ((string name, Outcome outcome) in outcomes)
        {
            CborWriter writer = new();
            outcome.Write(writer);
            yield return new Vector($"outcome-{name}", 2, "An outcome.", writer.ToArray(),
                new() { ["kind"] = (int)outcome.Kind, ["reason"] = (int?)outcome.Reason, ["first"] = outcome.First, ["count"] = outcome.Count, ["root"] = outcome.Root, ["grant"] = outcome.Grant });
        }
    }

    private static IEnumerable<Vector> Blocks()
    {
        BlockHeader header = Ledger.Headers[2] with { StateRoot = Samples.Hash(3) };
        yield return new Vector("header", 3, "A header with a stateRoot.", header.Encode(), HeaderFacts(header));
        Block block = Ledger.Blocks[1];
        yield return new Vector("block", 3, "A block of one submission of two events.", block.Bytes, new() { ["hash"] = block.Hash, ["bodyRoot"] = block.ComputeBodyRoot(), ["leaves"] = block.LeafCount });
        Submission submission = Ledger.Submissions[1];
        ErasedItem erased = new(submission.Statement, [StoredEvent.Erased(submission.Events[0].Hash), StoredEvent.Of(submission.Events[1])]);
        Block stored = Block.Create(block.Header, [erased]).Value;
        yield return new Vector("block-stored", 3, "The same block with its first event erased.", stored.Bytes, new() { ["hash"] = stored.Hash, ["bodyRoot"] = stored.ComputeBodyRoot() });
        ShardHead[] heads = [.. Enumerable.Range(1, 4).Select(shard => ShardHead.Of(Ledger.Genesis.HeaderOf(shard)))];
        Block checkpoint = Block.Create(Ledger.Genesis.HeaderOf(0) with { Height = 1 }, [new CheckpointItem([.. heads])]).Value;
        yield return new Vector("block-checkpoint", 3, "A block of shard 0 whose only item is a checkpoint.", checkpoint.Bytes,
            new() { ["hash"] = checkpoint.Hash, ["bodyRoot"] = checkpoint.ComputeBodyRoot(), ["headsRoot"] = ShardHead.Root(heads) });
        Block stop = Block.Create(Ledger.Headers[1], [new StopItem(40)]).Value;
        yield return new Vector("block-stop", 3, "A block that is a stop sign.", stop.Bytes, new() { ["hash"] = stop.Hash, ["bodyRoot"] = stop.ComputeBodyRoot() });
        CborWriter writer = new();
        CborWriter outcome = new();
        Outcome.Duplicate(17).Write(outcome);
        Leaf.WriteEntry(writer, Samples.Hash(1), outcome.WrittenSpan);
        yield return new Vector("leaf-entry", 3, "An entry.", writer.ToArray(), new() { ["leafHash"] = Leaf.EntryHash(Samples.Hash(1), outcome.WrittenSpan) });
        yield return new Vector("leaf-genesis", 3, "Leaf 0 of shard 2.", Ledger.Genesis.LeafOf(2), new() { ["leafHash"] = Ledger.Genesis.HeaderOf(2).TreeRoot });
        yield return new Vector("leaf-checkpoint", 3, "The leaf of a checkpoint of four heads.", Leaf.EncodeCheckpoint(4, ShardHead.Root(heads)), new() { ["root"] = ShardHead.Root(heads) });
        byte[] changes = StateChain.EncodeChanges([new RowChange(new byte[] { 1 }, new byte[] { 2, 3 }), new RowChange(new byte[] { 4, 5 }, null)]);
        yield return new Vector("changes", 3, "The changes of a block: one row written, one removed.", changes,
            new() { ["previous"] = Ledger.Headers[0].StateDigest, ["stateDigest"] = StateChain.Next(Ledger.Headers[0].StateDigest, changes) });
    }

    private static Dictionary<string, object?> HeaderFacts(BlockHeader header) => new()
    {
        ["hash"] = header.ComputeHash(),
        ["network"] = header.Network,
        ["config"] = header.Config,
        ["shard"] = header.Shard,
        ["height"] = header.Height,
        ["parent"] = header.Parent,
        ["directoryHeight"] = header.DirectoryHeight,
        ["treeSize"] = header.TreeSize,
        ["treeRoot"] = header.TreeRoot,
        ["bodyRoot"] = header.BodyRoot,
        ["stateDigest"] = header.StateDigest,
        ["stateRoot"] = header.StateRoot,
        ["time"] = header.Time,
    };

    private static IEnumerable<Vector> Votes()
    {
        Certificate certificate = Ledger.Certify(Ledger.Headers[3]);
        CborWriter writer = new();
        VoteCodec.WriteVote(writer, Samples.Network, certificate.Vote);
        yield return new Vector("vote", 4, "A commit vote.", writer.ToArray(), new() { ["leafHash"] = VoteCodec.VoteLeaf(Samples.Network, certificate.Vote) });
        writer.Reset();
        VoteCodec.Write(writer, certificate);
        yield return new Vector("certificate", 4, "A commit certificate by three of the genesis's four members, each vote the second of three in its flush.", writer.ToArray(),
            new() { ["genesis"] = "genesis", ["block"] = certificate.Block, ["height"] = certificate.Height, ["members"] = certificate.Proofs.Select(proof => (object)proof.Member) });
    }

    private static IEnumerable<Vector> Proofs()
    {
        GenesisFile genesis = Ledger.Genesis;
        yield return new Vector("genesis", 5, "Four members, four shards, one organization.", genesis.Bytes, new()
        {
            ["hash"] = genesis.Hash,
            ["network"] = genesis.Network,
            ["time"] = genesis.Time,
            ["shards"] = genesis.Shards,
            ["quorum"] = genesis.Configuration.Q,
            ["validators"] = genesis.Configuration.ValidatorKeys,
            ["memberDids"] = genesis.Configuration.Members.Select(member => genesis.DidOf(member.Identity)),
            ["headersOfHeight0"] = Enumerable.Range(0, 5).Select(shard => genesis.HeaderOf(shard).ComputeHash()),
        });
        yield return ReceiptVector("receipt", "A receipt of the second of three events; its block is certified by a later one.", Ledger.Receipt(0, 1));
        yield return ReceiptVector("receipt-withheld", "A receipt of the last block that gives the event's hash alone.", Ledger.Receipt(2, 0, withhold: true));
        yield return new Vector("global-receipt", 5, "A receipt and the way up to a checkpoint that all four members cosigned.", Ledger.GlobalReceipt(0, 2, cosigners: 4).Encode(),
            new() { ["genesis"] = "genesis", ["checkpointSize"] = 4, ["members"] = new object[] { 0, 1, 2, 3 } });
        ulong leaf = (ulong)Ledger.StatementLeaves[0];
        byte[] cose = CoseReceipt.Sign(Signer(200), genesis.DidOf(Signer(100).Public), Ledger.Shard, (long)leaf, (long)Ledger.Tree.Size, Ledger.Tree.Inclusion(leaf), Ledger.Tree.Root());
        Statement statement = Ledger.Submissions[0].Statement;
        yield return new Vector("cose-receipt", 5, "A COSE receipt [RFC 9942] of member 0 for a statement.", cose,
            new() { ["statement"] = statement.Bytes, ["leafHash"] = statement.LeafHash, ["validator"] = Signer(200).Public, ["root"] = Ledger.Tree.Root() });
        yield return new Vector("transparent-statement", 5, "That statement with the COSE receipt in its unprotected header.", statement.ToTransparent([cose]), new() { ["statement"] = statement.Bytes });
        LedgerCheckpoint policy = new(genesis.Configuration);
        string note = policy.Assemble(17, Samples.Hash(1), [.. Enumerable.Range(0, 3).Select(member => policy.Cosign(member, Signer(200 + member), 17, Samples.Hash(1)))]).ToString();
        yield return new Vector("checkpoint", 5, "A checkpoint that members 0, 1 and 2 cosigned.", note,
            new() { ["genesis"] = "genesis", ["origin"] = policy.Origin, ["size"] = 17, ["root"] = Samples.Hash(1), ["keys"] = policy.Keys.Select(key => key.ToString()) });
    }

    private static IEnumerable<Vector> Configurations()
    {
        ConfigurationHistory history = Changing.History;
        Configuration configuration = history.TryGet(1)!;
        yield return new Vector("configuration", 5, "Configuration 1: a fifth member beside the four of the genesis.", ConfigurationCodec.Encode(configuration), new()
        {
            ["genesis"] = "genesis",
            ["hash"] = configuration.Hash,
            ["previous"] = configuration.Previous,
            ["number"] = configuration.Number,
            ["rulesVersion"] = configuration.RulesVersion,
            ["quorum"] = configuration.Q,
            ["validators"] = configuration.ValidatorKeys,
        });
        yield return new Vector("configuration-history", 5, "Two configurations with their proofs: a fifth member came, then the first one left.", history.Encode(), new()
        {
            ["genesis"] = "genesis",
            ["hashes"] = Enumerable.Range(0, 3).Select(number => (object)history.TryGet(number)!.Hash),
            ["decidedHeights"] = Enumerable.Range(0, 3).Select(number => (object)history.DecidedHeight(number)),
        });
        yield return ReceiptVector("receipt-across", "A receipt certified by configuration 2, with the proofs of both configurations.", Changing.Receipt(2));
        yield return new Vector("global-receipt-across", 5, "A receipt certified by configuration 1 under a checkpoint that configuration 2 cosigned.", Changing.GlobalReceipt(1, 2).Encode(),
            new() { ["genesis"] = "genesis", ["checkpointSize"] = 2, ["checkpointConfiguration"] = 2, ["members"] = new object[] { 0, 1, 2 } });
        LedgerCheckpoint policy = new(history.Newest);
        string note = policy.Assemble(17, Samples.Hash(1), [.. Enumerable.Range(0, 3).Select(member => policy.Cosign(member, Signer(201 + member), 17, Samples.Hash(1)))]).ToString();
        yield return new Vector("checkpoint-across", 5, "A checkpoint that three members of configuration 2 cosigned.", note,
            new() { ["genesis"] = "genesis", ["configuration"] = 2, ["size"] = 17, ["root"] = Samples.Hash(1), ["keys"] = policy.Keys.Select(key => key.ToString()) });
    }

    private static Vector ReceiptVector(string name, string about, Receipt receipt)
    {
        ReceiptFacts facts = ReceiptVerifier.Verify(receipt.Encode(), Ledger.Genesis).Value;
        return new Vector(name, 5, about, receipt.Encode(), new()
        {
            ["genesis"] = "genesis",
            ["shard"] = facts.Shard,
            ["height"] = facts.Height,
            ["block"] = facts.Block,
            ["time"] = facts.Time,
            ["leaf"] = facts.LeafIndex,
            ["statementId"] = facts.StatementId,
            ["issuer"] = facts.Issuer,
            ["signer"] = receipt.Signer,
            ["eventHash"] = facts.Event.Hash,
            ["event"] = facts.Event.Event?.Bytes,
            ["outcome"] = (int)facts.Outcome.Kind,
            ["certifiedHeight"] = facts.CertifiedHeight,
            ["configuration"] = facts.Configuration.Number,
            ["voters"] = facts.Voters.Select(voter => (object)voter),
        });
    }

    private static IEnumerable<Vector> Objects()
    {
        byte[] manifestKey = Samples.Seed(1), contentKey = Samples.Seed(2), batchKey = Samples.Seed(3);
        using SealingKey segment = Samples.Sealer(1), successor = Samples.Sealer(2), grantee = Samples.Sealer(3);
        using AesGcm batch = new(batchKey, RecordCipher.TagLength);
        byte[] manifest = RecordCipher.Seal(ObjectKind.Manifest, manifestKey, "manifest"u8);
        yield return Object("object-content", "A content.", RecordCipher.Seal(ObjectKind.Content, contentKey, "content"u8), new() { ["key"] = contentKey, ["plaintext"] = "content"u8.ToArray() });
        yield return Object("object-manifest", "A manifest.", manifest, new() { ["key"] = manifestKey, ["plaintext"] = "manifest"u8.ToArray() });
        yield return Object("object-wrapped-keys", "The keys of both, wrapped.", RecordCipher.Wrap(batch, Samples.Id(1), VaultObject.NameOf(manifest), manifestKey, contentKey), new()
        {
            ["batchKey"] = batchKey,
            ["resource"] = Samples.Id(1),
            ["manifest"] = VaultObject.NameOf(manifest),
            ["manifestKey"] = manifestKey,
            ["contentKey"] = contentKey,
            ["manifestKeyCommitment"] = RecordCipher.Commit(manifestKey),
            ["contentKeyCommitment"] = RecordCipher.Commit(contentKey),
        });
        yield return Object("object-envelope", "The batch key, sealed to a segment's key.", SealedTo.Envelope(new CountedRandom(), Samples.Id(2), segment.Public, batchKey), new() { ["recipientScalar"] = segment.ToScalar(), ["plaintext"] = batchKey });
        yield return Object("object-sealed-key", "That segment's key, sealed to a grantee.", SealedTo.SegmentKey(new CountedRandom(), Samples.Id(2), segment, "laboratory", grantee.Public),
            new() { ["recipientScalar"] = grantee.ToScalar(), ["scalar"] = segment.ToScalar(), ["label"] = "laboratory" });
        yield return Object("object-predecessor", "That segment's key, sealed to its successor.", SealedTo.Predecessor(new CountedRandom(), Samples.Id(2), segment, successor.Public),
            new() { ["recipientScalar"] = successor.ToScalar(), ["plaintext"] = segment.ToScalar() });
        yield return Object("object-sealed-record-keys", "The keys of one record, sealed to a grantee.", SealedTo.RecordKeys(new CountedRandom(), [new RecordKeyPair(Samples.Hash(1), manifestKey, contentKey)], grantee.Public),
            new() { ["recipientScalar"] = grantee.ToScalar(), ["record"] = Samples.Hash(1), ["manifestKey"] = manifestKey, ["contentKey"] = contentKey });
        yield return Object("object-deposit-card", "Two labels, sealed to who may deposit.",
            SealedTo.DepositCard(new CountedRandom(), [new LabelledSegment("general", Samples.Id(2)), new LabelledSegment("vitals", Samples.Id(3))], grantee.Public),
            new() { ["recipientScalar"] = grantee.ToScalar(), ["labels"] = new object[] { "general", "vitals" }, ["segments"] = new object[] { Samples.Id(2), Samples.Id(3) } });
        yield return Object("object-note", "A text and a person, sealed to two.", new Note("Because it hurts.", Samples.Did(5), Samples.Id(9)).Seal(new CountedRandom(), grantee.Public, successor.Public), new()
        {
            ["recipientScalars"] = new object[] { grantee.ToScalar(), successor.ToScalar() },
            ["text"] = "Because it hurts.",
            ["person"] = Samples.Did(5),
            ["salt"] = Samples.Id(9),
            ["personCommitment"] = Note.Commit(Samples.Id(9), Samples.Did(5)),
        });
    }

    private static Vector Object(string name, string about, byte[] bytes, Dictionary<string, object?> facts)
    {
        facts["objectName"] = VaultObject.NameOf(bytes);
        return new Vector(name, 6, about, bytes, facts);
    }

    private static byte[] Pkcs8(string scalar)
    {
        using ECDsa key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Convert.FromHexString(scalar) });
        return key.ExportPkcs8PrivateKey();
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
