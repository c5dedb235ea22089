using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Tests.Reasons;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Contracts;

public class AccessTests
{
    private readonly TestLedger _ledger = new();

    [Fact]
    public void A_grant_that_ends_at_T_permits_at_T_minus_1_ms_and_denies_at_T() => Scenarios.WithGrant(_ledger, grant => grant with { Until = _ledger.Now + 1_000 }, patient =>
    {
        _ledger.Now += 999;
        _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Kind.Should().Be(OutcomeKind.Permitted);
        _ledger.Now += 1;
        _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Should().Be(Outcome.Denied(FaultCode.GrantEnded));
        return _ledger.Apply(_ledger.Hospital, Draft.Close(patient, "g")).Should().Be(Outcome.Applied);
    });

    [Fact]
    public void A_grant_that_begins_at_T_denies_at_T_minus_1_ms_and_permits_at_T() => Scenarios.WithGrant(_ledger, grant => grant with { From = _ledger.Now + 1_000 }, patient =>
    {
        _ledger.Now += 999;
        _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Should().Be(Outcome.Denied(FaultCode.GrantNotYet));
        _ledger.Now += 1;
        return _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Kind.Should().Be(OutcomeKind.Permitted);
    });

    [Fact]
    public void Accesses_of_one_block_use_up_a_grant_one_after_the_other() => Scenarios.WithGrant(_ledger, grant => grant with { Uses = 2 }, patient =>
    {
        _ledger.ApplyAll(_ledger.Clinic, Draft.Access(patient), Draft.Access(patient), Draft.Access(patient)).Select(outcome => outcome.Kind)
            .Should().Equal(OutcomeKind.Permitted, OutcomeKind.Permitted, OutcomeKind.Denied);
        _ledger.View.Grant(patient.Id, Fake.Id("g"))!.UsesLeft.Should().Be(0);
        _ledger.Apply(_ledger.Hospital, Draft.Close(patient, "g")).Should().Be(Outcome.Applied);
        _ledger.View.Grant(patient.Id, Fake.Id("g"))!.End!.Value.Ending.Should().Be(GrantEnding.UsedUp);
        return _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Should().Be(Outcome.Denied(FaultCode.GrantUsedUp));
    });

    [Fact]
    public void A_denied_access_uses_nothing_up() => Scenarios.WithGrant(_ledger, grant => grant with { Uses = 1 }, patient =>
    {
        _ledger.Apply(_ledger.Clinic, Draft.Access(patient, Draft.AccessFor(Purpose.Research))).Kind.Should().Be(OutcomeKind.Denied);
        return _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Kind.Should().Be(OutcomeKind.Permitted);
    });

    [Fact]
    public void Treatment_admits_coordination_but_coordination_does_not_admit_treatment() => Scenarios.WithGrant(_ledger, grant => grant, patient =>
    {
        _ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("coc", _ledger.Laboratory, "general") with { Purposes = [Purpose.CareCoordination] }));
        _ledger.Apply(_ledger.Clinic, Draft.Access(patient, Draft.AccessFor(Purpose.CareCoordination))).Kind.Should().Be(OutcomeKind.Permitted);
        return _ledger.Apply(_ledger.Laboratory, Draft.Access(patient)).Should().Be(Outcome.Denied(FaultCode.PurposeNotGranted));
    });

    [Fact]
    public void A_grant_to_one_person_opens_for_that_commitment_alone() => Scenarios.WithGrant(_ledger, grant => grant with { Person = Fake.Hash("person") }, patient =>
    {
        _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Kind.Should().Be(OutcomeKind.Permitted);
        return _ledger.Apply(_ledger.Clinic, Draft.Access(patient, Draft.AccessFor() with { Person = Fake.Hash("somebody else") })).Should().Be(Outcome.Denied(FaultCode.PersonNotGranted));
    });

    [Fact]
    public void A_grant_to_one_organization_is_none_to_another() => Scenarios.WithGrant(_ledger, grant => grant, patient =>
        _ledger.Apply(_ledger.Hospital, Draft.Access(patient)).Should().Be(Outcome.Denied(FaultCode.NoGrant)));

    [Fact]
    public void A_permit_describes_the_list_at_its_place_in_the_order() => Scenarios.WithRecord(_ledger, (patient, record) =>
    {
        IReadOnlyList<Outcome> outcomes = _ledger.ApplyAll(_ledger.Clinic, Draft.Access(patient), Draft.Add(patient, "r2", "own"), Draft.Access(patient));
        SegmentList before = new(Fake.Id("own"), [new SegmentItem(record, false)]);
        SegmentList after = new(Fake.Id("own"), [new SegmentItem(record, false), new SegmentItem(_ledger.LastEvent(1), false)]);
        (outcomes[0].Count, outcomes[0].Root).Should().Be((1, PermitList.OfSegments([before]).Root));
        return (outcomes[2].Count, outcomes[2].Root).Should().Be((2, PermitList.OfSegments([after]).Root));
    });

    [Fact]
    public void A_retraction_is_in_the_list_that_a_permit_describes() => Scenarios.WithRecord(_ledger, (patient, record) =>
    {
        Outcome permit = _ledger.ApplyAll(_ledger.Clinic, Draft.Retract(patient, record), Draft.Access(patient))[1];
        SegmentList list = new(Fake.Id("own"), [new SegmentItem(record, false), new SegmentItem(record, true)]);
        permit.Count.Should().Be(2);
        return permit.Root.Should().Be(PermitList.OfSegments([list]).Root);
    });

    [Fact]
    public void Named_records_are_listed_as_asked() => Scenarios.WithRecord(_ledger, (patient, record) =>
    {
        _ledger.Apply(_ledger.Clinic, Draft.Add(patient, "r2", "own"));
        Hash32[] asked = [_ledger.LastEvent(), record];
        Outcome permit = _ledger.Apply(_ledger.Clinic, Draft.Access(patient, Draft.AccessFor() with { Records = asked }));
        return (permit.Count, permit.Root).Should().Be((2, PermitList.OfRecords(asked).Root));
    });

    [Fact]
    public void A_narrow_grant_opens_the_records_it_lists_and_no_other() => Scenarios.WithRecord(_ledger, (patient, record) =>
    {
        _ledger.Apply(_ledger.Clinic, Draft.Add(patient, "r2", "own"));
        Hash32 second = _ledger.LastEvent();
        _ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("narrow", _ledger.Laboratory, "own") with { Records = [record] }));
        _ledger.Apply(_ledger.Laboratory, Draft.Access(patient, Draft.AccessFor() with { Records = [record] })).Kind.Should().Be(OutcomeKind.Permitted);
        return _ledger.Apply(_ledger.Laboratory, Draft.Access(patient, Draft.AccessFor() with { Records = [record, second] })).Should().Be(Outcome.Denied(FaultCode.RecordNotGranted));
    });

    [Fact]
    public void A_grant_for_ledger_times_opens_what_was_committed_within_them() => Scenarios.WithRecord(_ledger, (patient, first) =>
    {
        long early = _ledger.Now;
        _ledger.Now += 10;
        _ledger.Apply(_ledger.Clinic, Draft.Add(patient, "r2", "own"));
        Hash32 second = _ledger.LastEvent();
        _ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("times", _ledger.Laboratory, "own") with { Ledger = (early, early + 10) }));
        _ledger.Apply(_ledger.Laboratory, Draft.Access(patient, Draft.AccessFor() with { Records = [first] })).Kind.Should().Be(OutcomeKind.Permitted);
        return _ledger.Apply(_ledger.Laboratory, Draft.Access(patient, Draft.AccessFor() with { Records = [second] })).Should().Be(Outcome.Denied(FaultCode.RecordNotGranted));
    });

    [Fact]
    public void Whoever_asks_for_everything_gets_the_own_segments_and_those_of_one_grant() => Scenarios.WithRecord(_ledger, (patient, _) =>
    {
        _ledger.ApplyAll(patient, Draft.Open(patient, "general"), Draft.Open(patient, "genetics"), Draft.Add(patient, "note", "general"),
            Draft.Grant(patient, Draft.GrantOf("g", _ledger.Clinic, "general")));
        Outcome permit = _ledger.Apply(_ledger.Clinic, Draft.Access(patient));
        (permit.Count, permit.Grant, permit.Reason).Should().Be((2, Fake.Id("g"), FaultCode.PermittedGrant));
        _ledger.Apply(patient, Draft.Revoke(patient, "g"));
        permit = _ledger.Apply(_ledger.Clinic, Draft.Access(patient));
        return (permit.Count, permit.Grant, permit.Reason).Should().Be((1, null, FaultCode.PermittedOwner));
    });

    [Fact]
    public void A_grant_that_counts_no_uses_is_taken_before_one_that_does() => Scenarios.WithGrant(_ledger, grant => grant with { Uses = 5 }, patient =>
    {
        _ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("free", _ledger.Clinic, "general")));
        _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Grant.Should().Be(Fake.Id("free"));
        return _ledger.Apply(_ledger.Clinic, Draft.Access(patient, Draft.AccessFor() with { Grant = Fake.Id("g") })).Grant.Should().Be(Fake.Id("g"));
    });

    [Fact]
    public void A_denial_gives_the_reason_of_the_grant_that_came_closest() => Scenarios.WithGrant(_ledger, grant => grant with { Purposes = [Purpose.Research] }, patient =>
    {
        _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Reason.Should().Be(FaultCode.PurposeNotGranted);
        _ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("later", _ledger.Clinic, "general") with { From = _ledger.Now + 5 }));
        return _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Reason.Should().Be(FaultCode.GrantNotYet);
    });

    [Fact]
    public void The_log_tells_a_patient_who_read_who_tried_for_what_and_why_not() => Scenarios.WithGrant(_ledger, grant => grant, patient =>
    {
        _ledger.Apply(_ledger.Insurer, Draft.Access(patient, Draft.AccessFor(Purpose.Payment)));
        _ledger.Apply(_ledger.Clinic, Draft.Access(patient));
        LogRow[] lines = [.. _ledger.View.AccessLog(patient.Id).Select(entry => entry.Line).Where(line => line.Access is not null)];
        lines.Select(line => (line.Issuer, line.Kind, line.Reason, line.Access!.Value.Purpose)).Should().Equal(
            (_ledger.Insurer.Id, OutcomeKind.Denied, FaultCode.NoGrant, Purpose.Payment), (_ledger.Clinic.Id, OutcomeKind.Permitted, FaultCode.PermittedGrant, Purpose.Treatment));
        long first = _ledger.View.AccessLog(patient.Id, limit: 1).Single().Leaf;
        return _ledger.View.AccessLog(patient.Id, first, 2).Select(entry => entry.Line.Type).Should().Equal(EventType.SegmentOpen, EventType.GrantCreate);
    });

    [Fact]
    public void Shared_resources_of_an_organization_open_to_others_by_its_grant_only()
    {
        _ledger.ApplyAll(_ledger.Hospital, Draft.Shared(_ledger.Hospital), Draft.Open(_ledger.Hospital, "shared"), Draft.Add(_ledger.Hospital, "practitioner", "shared"))
            .Should().OnlyContain(outcome => outcome == Outcome.Applied);
        _ledger.Apply(_ledger.Clinic, Draft.Access(_ledger.Hospital)).Should().Be(Outcome.Denied(FaultCode.NoGrant));
        _ledger.Apply(_ledger.Hospital, Draft.Grant(_ledger.Hospital, Draft.GrantOf("share", _ledger.Clinic, "shared"))).Should().Be(Outcome.Applied);
        _ledger.Apply(_ledger.Clinic, Draft.Access(_ledger.Hospital)).Count.Should().Be(1);
        _ledger.Apply(_ledger.Hospital, Draft.Access(_ledger.Hospital)).Reason.Should().Be(FaultCode.PermittedSelf);
    }
}
