using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Tests.Reasons;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Contracts;

public class GrantTests
{
    private readonly TestLedger _ledger = new();

    [Fact]
    public void No_access_after_the_revocation_in_ledger_order_is_a_permit_also_within_one_block() => Scenarios.WithGrant(_ledger, grant => grant, patient =>
    {
        Submission before = _ledger.Sign(_ledger.Clinic, [Draft.Access(patient), Draft.Access(patient)]);
        Submission revocation = _ledger.Sign(patient, [Draft.Revoke(patient, "g")]);
        Submission after = _ledger.Sign(_ledger.Clinic, [Draft.Access(patient), Draft.Access(patient)]);
        return _ledger.Commit(before, revocation, after).Select(outcome => outcome.Kind).Should().Equal(
            OutcomeKind.Permitted, OutcomeKind.Permitted, OutcomeKind.Applied, OutcomeKind.Denied, OutcomeKind.Denied);
    });

    [Fact]
    public void A_grant_held_back_and_submitted_after_its_revocation_is_refused_at_the_door() => Scenarios.WithSegment(_ledger, patient =>
    {
        Submission heldBack = _ledger.Sign(patient, [Draft.Grant(patient, Draft.GrantOf("g", _ledger.Clinic, "general"))], seq: patient.Seq + 1);
        _ledger.Apply(patient, Draft.Revoke(patient, "g")).Reason.Should().Be(FaultCode.GrantUnknown);
        return _ledger.Refusal(heldBack).Code.Should().Be(FaultCode.SequenceWrong);
    });

    [Fact]
    public void A_revoked_grants_id_is_never_used_again() => Scenarios.WithGrant(_ledger, grant => grant, patient =>
    {
        _ledger.Apply(patient, Draft.Revoke(patient, "g"));
        return _ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("g", _ledger.Clinic, "general"))).Should().Be(Outcome.Refused(FaultCode.GrantExists));
    });

    [Fact]
    public void Revoking_what_has_ended_is_a_duplicate_of_its_end() => Scenarios.WithGrant(_ledger, grant => grant with { Until = _ledger.Now + 1 }, patient =>
    {
        _ledger.Now += 1;
        _ledger.Apply(_ledger.Hospital, Draft.Close(patient, "g")).Should().Be(Outcome.Applied);
        long end = _ledger.View.Grant(patient.Id, Fake.Id("g"))!.End!.Value.Leaf;
        _ledger.Apply(_ledger.Hospital, Draft.Close(patient, "g")).Should().Be(Outcome.Duplicate(end));
        return _ledger.Apply(patient, Draft.Revoke(patient, "g")).Should().Be(Outcome.Duplicate(end));
    });

    [Fact]
    public void Revocation_rotation_and_the_keys_for_those_who_stay_are_one_atomic_statement() => Scenarios.WithGrant(_ledger, grant => grant, patient =>
    {
        _ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("stays", _ledger.Laboratory, "general")));
        _ledger.ApplyAtomic(patient, Draft.Revoke(patient, "g"), Draft.Revoke(patient, "stays"), Draft.RotateSegment(patient, "general", "new"),
            Draft.Grant(patient, Draft.GrantOf("stays, resealed", _ledger.Laboratory, "general"))).Should().OnlyContain(outcome => outcome == Outcome.Applied);
        _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Should().Be(Outcome.Denied(FaultCode.GrantRevoked));
        _ledger.Apply(_ledger.Laboratory, Draft.Access(patient)).Grant.Should().Be(Fake.Id("stays, resealed"));
        return _ledger.View.Segment(patient.Id, Fake.Id("general"))!.NewestKey.Should().Be(Fake.Key("new").Public.KeyId);
    });

    [Fact]
    public void A_revocation_in_a_refused_atomic_statement_has_not_happened() => Scenarios.WithGrant(_ledger, grant => grant, patient =>
    {
        _ledger.ApplyAtomic(patient, Draft.Revoke(patient, "g"), Draft.RotateSegment(patient, "general", "general key 0")).Select(outcome => outcome.Reason)
            .Should().Equal(FaultCode.AtomicRefused, FaultCode.SegmentKeyReused);
        return _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Kind.Should().Be(OutcomeKind.Permitted);
    });

    [Fact]
    public void Grants_are_found_by_patient_and_by_grantee() => Scenarios.WithGrant(_ledger, grant => grant, patient =>
    {
        _ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("lab", _ledger.Laboratory, "general")));
        _ledger.View.GrantsTo(patient.Id, _ledger.Laboratory.Id).Should().ContainSingle().Which.Grant.Should().Be(Fake.Id("lab"));
        _ledger.Apply(patient, Draft.Revoke(patient, "lab"));
        _ledger.View.GrantsTo(patient.Id, _ledger.Laboratory.Id).Should().BeEmpty();
        return _ledger.View.Grants(patient.Id).Should().HaveCount(2);
    });
}
