using System.Text.Json;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Notes;
using HealthLedger.TestMaterial;

namespace HealthLedger.Protocol.Tests.Notes;

public class NoteTests
{
    private static readonly SigningKey Signer = SigningKey.FromSeed(new byte[32]), Other = SigningKey.FromSeed([1, .. new byte[31]]);
    private static readonly NoteKey Key = new("healthledger.org/test/0", Signer.Public), OtherKey = new("healthledger.org/test/1", Other.Public);

    [Fact]
    public void A_signed_note_survives_its_text_and_verifies_by_the_keys_that_signed_it()
    {
        const string text = "Ognuno sta solo\n\nsul cuor della terra\n";
        SignedNote note = new(text, [Key.Sign(Signer, text), OtherKey.Sign(Other, text)]);
        SignedNote parsed = SignedNote.Parse(note.ToString()).Value;
        parsed.ToString().Should().Be(note.ToString());
        parsed.Verify([Key, OtherKey]).Value.Should().Equal(Key, OtherKey);
        parsed.Verify([OtherKey]).Value.Should().Equal(OtherKey);
        parsed.Verify([new NoteKey("another", Signer.Public)]).Fault.Code.Should().Be(FaultCode.SignerUnknown);
        SignedNote.Parse(note.ToString().Replace("solo", "sola")).Value.Verify([Key]).Fault.Code.Should().Be(FaultCode.SignatureInvalid);
        NoteKey.Parse(Key.ToString()).Value.Key.Should().Be(Signer.Public);
    }

    [Fact]
    public void Notes_of_other_logs_are_read_and_their_ed25519_keys_are_named_as_what_we_cannot_verify()
    {
        SignedNote neumann = SignedNote.Parse(File.ReadAllBytes(SharedData.Require("merkle-vectors/signed-note/peter-neumann.note"))).Value;
        neumann.Signatures.Should().ContainSingle().Which.Name.Should().Be("PeterNeumann");
        neumann.Text.Should().EndWith("your problem is.\n");
        neumann.Verify([Key]).Fault.Code.Should().Be(FaultCode.SignerUnknown);
        string script = File.ReadAllText(SharedData.Require("merkle-vectors/litewitness/sumdb.txt"));
        string verifierKey = script.Split('\n').First(line => line.Contains("-key sum.golang.org+")).Split(' ').Last();
        NoteKey.Parse(verifierKey).Fault.Code.Should().Be(FaultCode.Unsupported);
        int start = script.IndexOf("go.sum database tree\n35225469", StringComparison.Ordinal);
        SignedNote sumdb = SignedNote.Parse(script[start..script.IndexOf("```", start, StringComparison.Ordinal)]).Value;
        Checkpoint head = Checkpoint.Parse(sumdb.Text).Value;
        head.Size.Should().Be(35_225_469);
        sumdb.Signatures.Single().KeyId.Should().Be(0x033de0ae);
    }

    [Theory]
    [InlineData("no blank line\n\u2014 name AAAAAAAA\n", "no empty line")]
    [InlineData("text\n\nname AAAAAAAA\n", "no dash")]
    [InlineData("text\n\n\u2014 name AAAAAAAA", "no last newline")]
    [InlineData("text\n\n\u2014 name !!!!\n", "not base64")]
    [InlineData("text\n\n\u2014 name AAAAAAB=\n", "unused bits")]
    [InlineData("text\n\n\u2014 name AAAAAA==\n", "an id and no signature")]
    [InlineData("text\n\n\u2014 na+me AAAAAAAA\n", "a plus in the name")]
    [InlineData("text\n\n\u2014  AAAAAAAA\n", "an empty name")]
    [InlineData("text\n\n\u2014 na\u00a0me AAAAAAAA\n", "a no-break space in the name")]
    [InlineData("te\txt\n\n\u2014 name AAAAAAAA\n", "a control character")]
    [InlineData("text\n\n\n", "a blank line at the end")]
    [InlineData("", "nothing")]
    public void A_text_that_is_not_a_note_is_refused(string note, string why) => SignedNote.Parse(note).IsOk.Should().BeFalse(why);

    [Fact]
    public void The_checkpoint_cases_of_transparency_dev_are_judged_as_the_specification_asks()
    {
        using JsonDocument document = Load("checkpoint-note/checkpoint-cases.json");
        int good = 0, bad = 0;
        foreach (JsonElement test in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            string text = test.GetProperty("m").GetString()!;
            Result<Checkpoint> parsed = Checkpoint.Parse(text);
            // Their parser takes roots of any length and empty extension lines; C2SP has SHA-256 and forbids empty lines.
            bool wanted = !test.TryGetProperty("error", out _) && Convert.FromBase64String(test.GetProperty("hash_b64").GetString()!).Length == Hash32.Length && !text.Contains("\n\n");
            parsed.IsOk.Should().Be(wanted, text);
            if (!wanted)
            {
                bad++;
                continue;
            }
            good++;
            parsed.Value.Origin.Should().Be(test.GetProperty("origin").GetString());
            parsed.Value.Size.Should().Be(test.GetProperty("size").GetUInt64());
            parsed.Value.ToText().Should().Be(text);
        }
        bad.Should().BeGreaterThan(7);
        (good + bad).Should().Be(12);
    }

    [Fact]
    public void The_tree_heads_of_gos_checksum_database_are_judged_as_it_judges_them()
    {
        using JsonDocument document = Load("signed-note/go-sumdb-tlog-cases.json");
        const string origin = "go.sum database tree";
        Checkpoint.Parse(document.RootElement.GetProperty("parse_tree_good").GetString()!).Value.Origin.Should().Be(origin);
        string[] bad = [.. document.RootElement.GetProperty("parse_tree_bad").EnumerateArray().Select(e => e.GetString()!)];
        bad.Should().NotBeEmpty();
        foreach (string text in bad) (Checkpoint.Parse(text) is { IsOk: true } parsed && parsed.Value.Origin == origin).Should().BeFalse(text);
        foreach (JsonProperty leaf in document.RootElement.GetProperty("leaf_hash_of").EnumerateObject())
            Convert.ToBase64String(TreeHash.Leaf(System.Text.Encoding.UTF8.GetBytes(leaf.Name)).Bytes).Should().Be(leaf.Value.GetString());
    }

    [Fact]
    public void The_tlog_proof_cases_of_transparency_dev_are_judged_as_they_judge_them()
    {
        using JsonDocument document = Load("checkpoint-note/tlog-proof-cases.json");
        string[] good = Texts("good"), bad = Texts("bad");
        good.Should().NotBeEmpty();
        bad.Should().NotBeEmpty();
        foreach (string text in good) TlogProof.Parse(text).Value.ToString().Should().Be(text);
        foreach (string text in bad) TlogProof.Parse(text).IsOk.Should().BeFalse(text[..Math.Min(80, text.Length)]);

        string[] Texts(string name) => [.. document.RootElement.GetProperty(name).EnumerateArray().Select(e => e.GetProperty("text").GetString()!)];
    }

    [Fact]
    public void A_tlog_proof_holds_for_its_leaf_its_log_and_its_signers_only()
    {
        Hash32[] leaves = [.. Enumerable.Range(0, 11).Select(i => TreeHash.Leaf([(byte)i]))];
        MemoryTree tree = new(leaves);
        string text = new Checkpoint("healthledger.org/test", tree.Size, tree.Root()).ToText();
        SignedNote note = new(text, [Key.Sign(Signer, text), OtherKey.Sign(Other, text)]);
        TlogProof proof = TlogProof.Parse(new TlogProof(7, tree.Inclusion(7), note.ToString(), [1, 2]).ToString()).Value;
        proof.Verify(leaves[7], "healthledger.org/test", [Key, OtherKey], keys => keys.Count == 2).Value.Size.Should().Be(11);
        proof.Verify(leaves[6], "healthledger.org/test", [Key], _ => true).Fault.Code.Should().Be(FaultCode.ProofInvalid);
        proof.Verify(leaves[7], "healthledger.org/other", [Key], _ => true).Fault.Code.Should().Be(FaultCode.ProofInvalid);
        proof.Verify(leaves[7], "healthledger.org/test", [Key], keys => keys.Count == 2).Fault.Code.Should().Be(FaultCode.SignerUnknown);
        (proof with { Index = 6 }).Verify(leaves[7], "healthledger.org/test", [Key], _ => true).Fault.Code.Should().Be(FaultCode.ProofInvalid);
    }

    [Fact]
    public void The_same_signature_twice_counts_once()
    {
        const string text = "x\n";
        NoteSignature line = Key.Sign(Signer, text);
        SignedNote.Parse(new SignedNote(text, [line, line, line]).ToString()).Value.Verify([Key]).Value.Should().ContainSingle();
    }

    [Fact]
    public void Signatures_that_are_not_strict_der_are_refused()
    {
        byte[] fixedForm = new byte[64];
        Signer.Sign("x"u8, fixedForm);
        byte[] der = EcdsaDer.FromFixed(fixedForm);
        byte[] back = new byte[64];
        EcdsaDer.TryToFixed(der, back).Should().BeTrue();
        back.Should().Equal(fixedForm);
        EcdsaDer.TryToFixed([.. der, 0], back).Should().BeFalse();
        EcdsaDer.TryToFixed(der.AsSpan(1), back).Should().BeFalse();
        EcdsaDer.TryToFixed([0x30, 0x06, 0x02, 0x01, 0xff, 0x02, 0x01, 0x01], back).Should().BeFalse("r is negative");
        EcdsaDer.TryToFixed([0x30, 0x07, 0x02, 0x02, 0x00, 0x01, 0x02, 0x01, 0x01], back).Should().BeFalse("r has a needless zero");
        EcdsaDer.TryToFixed(EcdsaDer.FromFixed(new byte[64]), back).Should().BeTrue("zero is a number, if no signature");
        Signer.Public.Verify("x"u8, back).Should().BeFalse();
    }

    private static JsonDocument Load(string path) => JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("merkle-vectors/" + path)));
}
