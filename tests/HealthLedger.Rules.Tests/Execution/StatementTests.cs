using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.Tests.Reasons;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Execution;

public class StatementTests
{
    private readonly TestLedger _ledger = new();

    [Fact]
    public void A_seq_is_used_up_whatever_the_outcomes() => Scenarios.WithPatient(_ledger, patient =>
    {
        _ledger.ApplyAtomic(patient, Draft.Open(patient, "s"), Draft.Revoke(patient, "none")).Should().OnlyContain(outcome => outcome.Kind == OutcomeKind.Refused);
        _ledger.View.Seq(patient.Id).Should().Be(patient.Seq);
        _ledger.View.Segments(patient.Id).Should().BeEmpty();
        return _ledger.Apply(patient, Draft.Open(patient, "s")).Should().Be(Outcome.Applied);
    });

    [Fact]
    public void Two_statements_of_a_patient_in_one_block_follow_each_other() => Scenarios.WithPatient(_ledger, patient =>
        _ledger.Commit(_ledger.Sign(patient, [Draft.Open(patient, "s")]), _ledger.Sign(patient, [Draft.Open(patient, "t")])).Should().OnlyContain(outcome => outcome == Outcome.Applied));

    [Fact]
    public void Under_a_patients_identity_no_event_speaks_of_another() => Scenarios.WithPatient(_ledger, patient =>
    {
        Party other = _ledger.Patient("other");
        return _ledger.Refusal(_ledger.Sign(patient, [Draft.Open(patient, "s"), Draft.Open(other, "s")])).Code.Should().Be(FaultCode.SequenceUnfit);
    });

    [Fact]
    public void A_signature_by_another_key_makes_the_block_invalid()
    {
        Submission good = _ledger.Sign(_ledger.Clinic, [Draft.Shared(_ledger.Clinic)]);
        byte[] bytes = good.Encode();
        int signature = bytes.AsSpan().IndexOf(good.Statement.Bytes.Span) + good.Statement.Bytes.Length - 5;
        bytes[signature] ^= 1;
        _ledger.Refusal(Submission.Decode(bytes).Value).Code.Should().Be(FaultCode.SignatureInvalid);
    }

    [Fact]
    public void A_good_statement_does_not_vouch_for_itself_under_another_signature()
    {
        Submission good = _ledger.Sign(_ledger.Clinic, [Draft.Shared(_ledger.Clinic)]);
        _ledger.Build(good).LeftOut.Should().BeEmpty();
        byte[] bytes = good.Encode();
        bytes[bytes.AsSpan().IndexOf(good.Statement.Bytes.Span) + good.Statement.Bytes.Length - 5] ^= 1;
        Submission forged = Submission.Decode(bytes).Value;
        forged.Statement.Id.Should().Be(good.Statement.Id);
        _ledger.Refusal(forged).Code.Should().Be(FaultCode.SignatureInvalid);
    }

    [Fact]
    public void Another_event_in_the_place_of_the_signed_one_is_refused()
    {
        Submission good = _ledger.Sign(_ledger.Clinic, [Draft.Shared(_ledger.Clinic)]);
        byte[] bytes = good.Encode();
        int salt = bytes.AsSpan().IndexOf(good.Events[0].Salt.Bytes);
        bytes[salt] ^= 1;
        _ledger.Refusal(Submission.Decode(bytes).Value).Code.Should().Be(FaultCode.ProofInvalid);
    }

    [Fact]
    public void A_statement_is_remembered_until_it_expires_and_then_forgotten()
    {
        Submission submission = _ledger.Sign(_ledger.Clinic, [Draft.Shared(_ledger.Clinic)], notAfter: _ledger.Now + 10);
        _ledger.Commit(submission);
        _ledger.View.StatementById(submission.Statement.Id)!.Value.Leaf.Should().Be(1);
        _ledger.Now += 10;
        _ledger.Refusal(submission).Code.Should().Be(FaultCode.StatementRemembered);
        _ledger.Now += 1;
        _ledger.Refusal(submission).Code.Should().Be(FaultCode.StatementExpired);
        _ledger.Patient();
        _ledger.View.StatementById(submission.Statement.Id).Should().BeNull();
    }

    [Fact]
    public void The_same_statement_twice_in_one_block_is_taken_once()
    {
        Submission submission = _ledger.Sign(_ledger.Clinic, [Draft.Shared(_ledger.Clinic)]);
        _ledger.Build(submission, submission).LeftOut.Should().ContainSingle().Which.Fault.Code.Should().Be(FaultCode.StatementRemembered);
    }

    [Theory]
    [InlineData(5_000, null)]
    [InlineData(5_001, FaultCode.StatementEarly)]
    public void A_statement_may_be_five_seconds_early(long ahead, FaultCode? code)
    {
        Submission submission = _ledger.Sign(_ledger.Clinic, [Draft.Shared(_ledger.Clinic)], issuedAt: _ledger.Now + ahead);
        StatementCheck.Times(submission.Statement, _ledger.Now)?.Code.Should().Be(code);
        _ledger.Build(submission).LeftOut.Should().HaveCount(code is null ? 0 : 1);
    }

    [Fact]
    public void A_duplicate_refuses_nothing_under_atomic() => Scenarios.WithRecord(_ledger, (patient, _) =>
        _ledger.ApplyAtomic(_ledger.Clinic, Draft.Add(patient, "r", "own"), Draft.Add(patient, "r2", "own")).Select(outcome => outcome.Kind)
            .Should().Equal(OutcomeKind.Duplicate, OutcomeKind.Applied));

    [Fact]
    public void A_permit_in_a_refused_atomic_statement_is_none_and_uses_nothing_up() => Scenarios.WithGrant(_ledger, grant => grant with { Uses = 1 }, patient =>
    {
        _ledger.ApplyAtomic(_ledger.Clinic, Draft.Access(patient), Draft.Add(patient, "r", "general")).Select(outcome => outcome.Reason)
            .Should().Equal(FaultCode.AtomicRefused, FaultCode.DepositNotAllowed);
        return _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Kind.Should().Be(OutcomeKind.Permitted);
    });

    [Fact]
    public void Nobody_learns_of_a_consent_by_an_atomic_statement_that_leaves_no_line_in_the_log() => Scenarios.WithSegment(_ledger, patient =>
    {
        int lines = _ledger.View.AccessLog(patient.Id).Count();
        _ledger.ApplyAtomic(_ledger.Clinic, Draft.Access(patient), Draft.Add(patient, "r", "general"))[0].Reason.Should().Be(FaultCode.AtomicRefused);
        return _ledger.View.AccessLog(patient.Id).Should().HaveCount(lines);
    });

    [Fact]
    public void A_statement_that_was_left_out_of_a_block_leaves_no_trace_in_it() => Scenarios.WithSegment(_ledger, patient =>
    {
        Submission good = _ledger.Sign(patient, [Draft.Add(patient, "r", "general")]);
        Submission bad = _ledger.Sign(_ledger.Clinic, [Draft.Add(patient, "x", "general")], key: _ledger.Hospital.Key);
        ExecutedBlock alone = _ledger.Build(good).Block, beside = _ledger.Build(bad, good).Block;
        return beside.Header.Should().Be(alone.Header);
    });
}
