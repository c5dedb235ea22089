using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Tests.Reasons;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Contracts;

public class RecordTests
{
    private readonly TestLedger _ledger = new();

    [Fact]
    public void The_same_record_again_is_a_duplicate_of_the_first_entry_and_adds_none() => Scenarios.WithRecord(_ledger, (patient, record) =>
    {
        long leaf = _ledger.View.Record(record)!.Entry.Leaf;
        _ledger.Apply(_ledger.Clinic, Draft.Add(patient, "r", "own")).Should().Be(Outcome.Duplicate(leaf));
        _ledger.View.RecordByKey(_ledger.Clinic.Id, Fake.Hash("r record key"))!.Value.Leaf.Should().Be(leaf);
        return _ledger.View.Segment(patient.Id, Fake.Id("own"))!.Count.Should().Be(1);
    });

    [Fact]
    public void Two_organizations_may_use_the_same_record_key() => Scenarios.WithRecord(_ledger, (patient, _) =>
        _ledger.ApplyAll(_ledger.Hospital, Draft.Open(patient, "hospital's"), Draft.Add(patient, Draft.Record("r", "hospital's", content: "another", resource: "theirs")))
            .Should().OnlyContain(outcome => outcome == Outcome.Applied));

    [Fact]
    public void Versions_are_kept_and_found_newest_first() => Scenarios.WithRecord(_ledger, (patient, first) =>
    {
        _ledger.Apply(_ledger.Clinic, Draft.Amend(patient, Draft.Record("r v2", "own", resource: "r", amends: first))).Should().Be(Outcome.Applied);
        Hash32 second = _ledger.LastEvent();
        _ledger.View.RecordVersions(patient.Id, Fake.Id("r")).Select(version => version.Entry.Record).Should().Equal(second, first);
        _ledger.Apply(_ledger.Clinic, Draft.Retract(patient, second)).Should().Be(Outcome.Applied);
        _ledger.View.Resource(patient.Id, Fake.Id("r"))!.Value.Retracted.Should().BeTrue();
        return _ledger.View.RecordsOf(patient.Id, Fake.Id("own")).Select(entry => (entry.Kind, entry.Record)).Should().Equal(
            (RecordEntryKind.Add, first), (RecordEntryKind.Amend, second), (RecordEntryKind.Retract, second));
    });

    [Fact]
    public void The_same_retraction_again_is_a_duplicate_and_another_is_refused() => Scenarios.WithRecord(_ledger, (patient, record) =>
    {
        _ledger.Apply(_ledger.Clinic, Draft.Retract(patient, record)).Should().Be(Outcome.Applied);
        _ledger.Apply(_ledger.Clinic, Draft.Retract(patient, record)).Kind.Should().Be(OutcomeKind.Duplicate);
        return _ledger.Apply(_ledger.Clinic, Draft.Retract(patient, record, "another")).Should().Be(Outcome.Refused(FaultCode.RecordRetracted));
    });

    [Fact]
    public void An_author_may_correct_after_its_right_to_deposit_has_ended() =>
        Scenarios.WithGrant(_ledger, grant => grant with { Rights = Rights.Deposit }, patient =>
        {
            _ledger.Apply(_ledger.Clinic, Draft.Add(patient, "r", "general")).Should().Be(Outcome.Applied);
            Hash32 record = _ledger.LastEvent();
            _ledger.ApplyAll(patient, Draft.Revoke(patient, "g"), Draft.Open(patient, "other"));
            _ledger.Apply(_ledger.Clinic, Draft.Amend(patient, Draft.Record("moved", "other", resource: "r", amends: record))).Reason.Should().Be(FaultCode.DepositNotAllowed);
            return _ledger.Apply(_ledger.Clinic, Draft.Amend(patient, Draft.Record("r v2", "general", resource: "r", amends: record))).Should().Be(Outcome.Applied);
        });

    [Fact]
    public void A_laboratory_opens_a_segment_of_its_own_and_a_payer_does_not() => Scenarios.WithPatient(_ledger, patient =>
    {
        _ledger.ApplyAll(_ledger.Laboratory, Draft.Open(patient, "lab"), Draft.Add(patient, "result", "lab")).Should().OnlyContain(outcome => outcome == Outcome.Applied);
        return _ledger.Apply(_ledger.Insurer, Draft.Open(patient, "payer")).Reason.Should().Be(FaultCode.RoleMissing);
    });

    [Fact]
    public void A_rotation_makes_the_old_segment_key_stale_from_the_next_event_on() => Scenarios.WithSegment(_ledger, patient =>
    {
        _ledger.ApplyAll(patient, Draft.Add(patient, "before", "general"), Draft.RotateSegment(patient, "general", "new"), Draft.Add(patient, "after", "general"))
            .Select(outcome => outcome.Reason).Should().Equal(null, null, FaultCode.SegmentKeyStale);
        _ledger.Apply(patient, Draft.Add(patient, "after", "general", "new")).Should().Be(Outcome.Applied);
        return _ledger.View.SegmentKeys(patient.Id, Fake.Id("general")).Select(key => key.KeyId).Should().Equal(Fake.Key("general key 0").Public.KeyId, Fake.Key("new").Public.KeyId);
    });

    [Fact]
    public void The_segments_list_is_the_tree_over_its_record_events() => Scenarios.WithSegment(_ledger, patient =>
    {
        List<Hash32> leaves = [];
        for (int i = 0; i < 40; i++)
        {
            _ledger.Apply(patient, Draft.Add(patient, $"r{i}", "general"));
            leaves.Add(HealthLedger.Rules.Contracts.RecordList.RecordLeaf(_ledger.LastEvent()));
            _ledger.View.Segment(patient.Id, Fake.Id("general"))!.Root.Should().Be(HealthLedger.Protocol.Merkle.MerkleTree.Root(leaves.ToArray()));
        }
        return _ledger.View.RecordsOf(patient.Id, Fake.Id("general"), 38).Should().HaveCount(2);
    });
}
