using System.Globalization;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.Tests.Reasons;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Execution;

public class BlockTests
{
    [Fact]
    public void The_tree_takes_a_statement_and_then_an_entry_for_each_of_its_events()
    {
        TestLedger ledger = new();
        Scenarios.WithRecord(ledger, (_, _) => true);
        ExecutedBlock block = ledger.Last!;
        block.Leaves.Select(leaf => Leaf.KindOf(leaf.Bytes.Span)).Should().Equal(LeafKind.Statement, LeafKind.Entry, LeafKind.Entry);
        block.Leaves.Select(leaf => TreeHash.Leaf(leaf.Bytes.Span)).Should().Equal(block.Leaves.Select(leaf => leaf.Hash));
        (Hash32 hash, ReadOnlyMemory<byte> outcome) = Leaf.DecodeEntry(block.Leaves[2].Bytes).Value;
        hash.Should().Be(ledger.LastEvent(1));
        Outcome.Decode(outcome.Span).Value.Should().Be(block.Outcomes[1]);
        CompactRange tree = new();
        tree.Append(TreeHash.Leaf(ledger.Genesis.LeafOf(1)));
        tree.Size.Should().Be(1);
        block.Header.TreeSize.Should().Be(block.FirstLeaf + 3);
    }

    [Fact]
    public void Blocks_run_on_overlays_of_uncommitted_ones_as_on_committed_ones()
    {
        TestLedger ledger = new();
        Party patient = ledger.Patient();
        SignatureCache signatures = new();
        BlockParent parent = ledger.Head;
        IRowReader rows = ledger.Rows;
        List<ExecutedBlock> chain = [];
        string[] segments = ["a", "b", "c", "d", "e", "f", "g", "h"];
        foreach (string segment in segments)
        {
            Submission submission = ledger.Sign(patient, [Draft.Open(patient, segment), Draft.Add(patient, "in " + segment, segment)]);
            ExecutedBlock block = BlockExecutor.Build(parent, 0, ledger.Now, 0, [submission], null, rows, ledger.Directory, signatures, BuildLimits.Format).Value.Block;
            block.Outcomes.Should().OnlyContain(outcome => outcome == Outcome.Applied);
            chain.Add(block);
            (parent, rows) = (block.Next, block.Rows);
        }
        // The same blocks, one by one on committed rows; meanwhile the overlays give the same answers over the rows that have caught up.
        foreach (ExecutedBlock block in chain)
        {
            ledger.Commit(block);
            block.Rows.Below = ledger.Rows;
        }
        new Views.LedgerView(rows).Segments(patient.Id).Should().HaveCount(8);
        ledger.View.Segments(patient.Id).Select(segment => segment.Segment).Should().Equal(segments.Select(Fake.Id).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_events_end_in_the_same_state_in_every_process_and_culture(bool strange)
    {
        CultureInfo before = CultureInfo.CurrentCulture, culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        if (strange) (culture.NumberFormat.NegativeSign, culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NativeDigits) = ("~", "'", [.. "٠١٢٣٤٥٦٧٨٩".Select(c => c.ToString())]);
        CultureInfo.CurrentCulture = culture;
        try
        {
            TestLedger ledger = new();
            Scenarios.WithRecord(ledger, (patient, _) => ledger.ApplyAll(ledger.Insurer, Draft.Access(patient), Draft.Access(patient, Draft.AccessFor(Purpose.Payment))));
            // Printed once and kept: rows, order of changes and outcomes are part of the format.
            StateRoot.Compute(ledger.Rows.All).ToString().Should().Be(KnownStateRoot);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_key_changed_several_times_in_a_block_is_one_change_with_its_last_value()
    {
        TestLedger ledger = new();
        Scenarios.WithSegment(ledger, patient => ledger.ApplyAll(patient, [.. Enumerable.Range(0, 5).Select(i => Draft.Add(patient, $"r{i}", "general"))]));
        ledger.Last!.Changes.Select(change => Convert.ToHexString(change.Key.Span)).Should().OnlyHaveUniqueItems();
        ledger.Last.Header.StateDigest.Should().NotBe(Hash32.Zero);
    }

    [Fact]
    public void A_leader_takes_as_much_as_fits_and_the_rest_waits()
    {
        TestLedger ledger = new();
        Submission[] candidates = [.. Enumerable.Range(0, 5).Select(i => ledger.Sign(ledger.Clinic, [Draft.Shared(ledger.Clinic)]))];
        BuiltBlock built = BlockExecutor.Build(ledger.Head, 0, ledger.Now, 0, candidates, null, ledger.Rows, ledger.Directory, ledger.Signatures, new BuildLimits(3, 100, 1 << 20)).Value;
        (built.Considered, built.Block.Outcomes.Count).Should().Be((3, 3));
        built = BlockExecutor.Build(ledger.Head, 0, ledger.Now, 0, candidates, null, ledger.Rows, ledger.Directory, ledger.Signatures, new BuildLimits(100, 2, 1 << 20)).Value;
        built.Considered.Should().Be(2);
    }

    [Fact]
    public void Block_time_never_goes_back()
    {
        TestLedger ledger = new();
        ledger.Patient();
        ledger.Now -= 500;
        ledger.Patient("second");
        ledger.Head.Time.Should().Be(TestLedger.Start);
    }

    [Fact]
    public void A_checkpoint_adds_its_leaf_and_remembers_the_heads()
    {
        TestLedger directory = new(0);
        ShardHead head = new(1, 5, Fake.Hash("head"), 9, Fake.Hash("root"));
        ExecutedBlock block = BlockExecutor.Build(directory.Head, 0, directory.Now, 0, [], new CheckpointItem([head]), directory.Rows, directory.Directory, directory.Signatures, BuildLimits.Format).Value.Block;
        directory.Commit(block);
        Leaf.DecodeCheckpoint(block.Leaves[0].Bytes.Span).Value.Shards.Should().Be(1);
        directory.View.Head(1).Should().Be(head);
    }

    [Fact]
    public void Members_write_notes_into_the_directory_once()
    {
        TestLedger directory = new(0);
        directory.Apply(directory.Hospital, Draft.Note("policy")).Should().Be(Outcome.Applied);
        directory.Apply(directory.Hospital, Draft.Note("policy")).Should().Be(Outcome.Duplicate(2));
        directory.Apply(directory.Clinic, Draft.Note("another")).Should().Be(Outcome.Refused(FaultCode.MemberOnly));
        directory.View.Organization(directory.Hospital.Id)!.Member.Should().Be(0);
        directory.View.Organizations().Should().HaveCount(5);
    }

    [Fact]
    public void The_state_root_is_the_tree_over_the_sorted_rows()
    {
        Row[] rows = [.. Enumerable.Range(0, 7).Select(i => new Row(new byte[] { (byte)(i + 1) }, new byte[] { 9, (byte)i }))];
        Hash32[] leaves = [.. rows.Select(row =>
        {
            CborWriter writer = new();
            writer.WriteArrayStart(2);
            writer.WriteBytes(row.Key.Span);
            writer.WriteBytes(row.Value.Span);
            return TreeHash.Leaf(writer.WrittenSpan);
        })];
        StateRoot.Compute(rows).Should().Be(MerkleTree.Root(leaves));
        ((Action)(() => StateRoot.Compute(rows.Reverse()))).Should().Throw<ArgumentException>();
        (StateRoot.HeightOf(4_096), StateRoot.HeightOf(4_097), StateRoot.HeightOf(0)).Should().Be((3_840, null, null));
    }

    [Fact]
    public void Signatures_of_a_block_are_checked_on_all_cores_and_found_by_the_execution()
    {
        TestLedger ledger = new();
        Submission[] candidates = [.. Enumerable.Range(0, 20).Select(i => ledger.Sign(ledger.Clinic, [Draft.Shared(ledger.Clinic)]))];
        SignatureCache cache = new();
        SignatureBatch batch = SignatureBatch.Plan(candidates, TestLedger.Network, ledger.Rows, ledger.Directory, ledger.Now, cache);
        batch.Count.Should().Be(20);
        Parallel.For(0, batch.Count, batch.Verify);
        candidates.Should().OnlyContain(candidate => cache.IsKnown(candidate.Statement));
        SignatureBatch.Plan(candidates, TestLedger.Network, ledger.Rows, ledger.Directory, ledger.Now, cache).Count.Should().Be(0);
    }

    private const string KnownStateRoot = "17f534c3099ef5de4173fbe15496d9e985c5c93463ba6a848bfac84797a2dc4e";
}
