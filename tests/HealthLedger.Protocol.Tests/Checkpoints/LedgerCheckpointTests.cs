using HealthLedger.Protocol.Checkpoints;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.Notes;
using HealthLedger.Protocol.Tests.Statements;

namespace HealthLedger.Protocol.Tests.Checkpoints;

public class LedgerCheckpointTests
{
    private static readonly GenesisFile Genesis = Samples.Genesis();
    private static readonly LedgerCheckpoint Policy = new(Genesis.Configuration);

    private static SignedNote Note(long size, Hash32 root, params int[] members) =>
        Policy.Assemble(size, root, [.. members.Select(member => Policy.Cosign(member, Samples.Signer(200 + member), size, root))]);

    [Fact]
    public void A_checkpoint_names_its_network_and_those_who_cosigned()
    {
        SignedNote note = Note(17, Samples.Hash(1), 3, 0, 2);
        note.Text.Should().Be($"healthledger.org/{Samples.Network}\n17\n{Convert.ToBase64String(Samples.Hash(1).Bytes)}\n");
        note.Signatures[0].Name.Should().Be($"healthledger.org/{Samples.Network}/3");
        VerifiedCheckpoint verified = Policy.Verify(note.ToString()).Value;
        (verified.Size, verified.Root).Should().Be((17L, Samples.Hash(1)));
        verified.Members.Should().Equal(0, 2, 3);
        Policy.IsCosignature(3, note.Signatures[0], 17, Samples.Hash(1)).Should().BeTrue();
        Policy.IsCosignature(2, note.Signatures[0], 17, Samples.Hash(1)).Should().BeFalse();
        Policy.IsCosignature(3, note.Signatures[0], 18, Samples.Hash(1)).Should().BeFalse();
    }

    [Fact]
    public void Too_few_cosignatures_or_one_member_several_times_are_refused()
    {
        Policy.Verify(Note(17, Samples.Hash(1), 0, 1)).Fault.Code.Should().Be(FaultCode.SignerUnknown);
        Policy.Verify(Note(17, Samples.Hash(1), 0, 0, 0, 1)).Fault.Code.Should().Be(FaultCode.SignerUnknown);
        Policy.Verify(Note(17, Samples.Hash(1), 0, 1), least: 2).IsOk.Should().BeTrue();
        SignedNote note = Note(17, Samples.Hash(1), 0, 1, 2);
        Policy.Verify(note.ToString().Replace("\n17\n", "\n18\n", StringComparison.Ordinal)).Fault.Code.Should().Be(FaultCode.SignatureInvalid);
    }

    [Fact]
    public void A_rollback_and_a_fork_are_told_from_growth()
    {
        MemoryTree tree = new();
        for (int i = 0; i < 5; i++) tree.Append(Samples.Hash(i));
        VerifiedCheckpoint five = new(5, tree.Root(), []);
        for (int i = 5; i < 9; i++) tree.Append(Samples.Hash(i));
        VerifiedCheckpoint nine = new(9, tree.Root(), []);
        Hash32[] proof = TreeProof.Consistency(tree, 5, 9);
        CheckpointComparison.Compare(five, nine, proof).Should().Be(CheckpointOrder.Extends);
        CheckpointComparison.Compare(five, nine, proof[1..]).Should().Be(CheckpointOrder.Unproved);
        CheckpointComparison.Compare(five, five, []).Should().Be(CheckpointOrder.Same);
        CheckpointComparison.Compare(nine, five, proof).Should().Be(CheckpointOrder.RolledBack);
        CheckpointComparison.Compare(nine, nine with { Root = five.Root }, []).Should().Be(CheckpointOrder.Forked);
    }
}
