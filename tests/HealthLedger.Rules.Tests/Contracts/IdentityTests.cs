using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Contracts;

public class IdentityTests
{
    private readonly TestLedger _ledger = new();

    [Fact]
    public void The_same_inception_again_is_a_duplicate_of_the_first()
    {
        Party patient = _ledger.Stewarded(_ledger.Hospital);
        long leaf = _ledger.View.Identity(patient.Id)!.Leaf;
        _ledger.Apply(patient, Draft.Incept(Draft.InceptionWithSteward("stewarded", _ledger.Hospital))).Should().Be(Outcome.Duplicate(leaf));
    }

    [Fact]
    public void A_replaced_key_signs_until_its_end_and_not_from_its_first_millisecond()
    {
        Party patient = _ledger.Patient();
        SigningKey old = patient.Key;
        _ledger.Apply(patient, Draft.Rotate(patient, Fake.Key("next"), _ledger.Now + 1_000)).Should().Be(Outcome.Applied);
        patient.Key = Fake.Key("next");
        _ledger.Now += 999;
        _ledger.Commit(_ledger.Sign(patient, [Draft.Open(patient, "s")], key: old))[0].Should().Be(Outcome.Applied);
        _ledger.Now += 1;
        _ledger.Refusal(_ledger.Sign(patient, [Draft.Open(patient, "t")], key: old, seq: patient.Seq + 1)).Code.Should().Be(FaultCode.KeyNotValid);
        _ledger.Commit(_ledger.Sign(patient, [Draft.Open(patient, "t")]))[0].Should().Be(Outcome.Applied);
    }

    [Fact]
    public void A_key_that_is_running_out_cannot_choose_its_heir()
    {
        Party patient = _ledger.Patient();
        _ledger.Apply(patient, Draft.Rotate(patient, Fake.Key("next"), _ledger.Now + 1_000));
        _ledger.Apply(patient, Draft.Rotate(patient, Fake.Key("thief"), 0)).Should().Be(Outcome.Refused(FaultCode.KeyNotCurrent));
    }

    [Fact]
    public void A_compromise_ends_every_earlier_key_at_once()
    {
        Party patient = _ledger.Patient();
        SigningKey first = patient.Key, second = Fake.Key("second");
        _ledger.Apply(patient, Draft.Rotate(patient, second, _ledger.Now + 3_600_000));
        patient.Key = second;
        _ledger.Apply(patient, Draft.Rotate(patient, Fake.Key("third"), 0)).Should().Be(Outcome.Applied);
        foreach (SigningKey stolen in new[] { first, second })
            _ledger.Refusal(_ledger.Sign(patient, [Draft.Open(patient, "s")], key: stolen, seq: patient.Seq + 1)).Code.Should().Be(FaultCode.KeyNotValid);
        patient.Key = Fake.Key("third");
        _ledger.Apply(patient, Draft.Open(patient, "s")).Should().Be(Outcome.Applied);
    }

    [Fact]
    public void A_key_rotated_in_a_block_no_longer_signs_later_in_that_block()
    {
        Party patient = _ledger.Patient();
        Submission rotation = _ledger.Sign(patient, [Draft.Rotate(patient, Fake.Key("next"), 0)]);
        Submission after = _ledger.Sign(patient, [Draft.Open(patient, "s")]);
        _ledger.Build(rotation, after).LeftOut.Should().ContainSingle().Which.Fault.Code.Should().Be(FaultCode.KeyNotValid);
    }

    [Fact]
    public void The_claim_ends_the_stewards_rights_in_its_very_place()
    {
        Party patient = _ledger.Stewarded(_ledger.Hospital);
        _ledger.ApplyAll(patient, Draft.Open(patient, "general"));
        _ledger.Apply(_ledger.Hospital, Draft.Access(patient)).Reason.Should().Be(FaultCode.PermittedSteward);
        _ledger.Apply(patient, Draft.Claim(patient, Fake.Key("wallet"))).Should().Be(Outcome.Applied);
        _ledger.Apply(_ledger.Hospital, Draft.Access(patient)).Should().Be(Outcome.Denied(FaultCode.NoGrant));
        _ledger.Refusal(_ledger.Sign(patient, [Draft.Open(patient, "s")], seq: patient.Seq + 1)).Code.Should().Be(FaultCode.KeyNotValid);
        patient.Key = Fake.Key("wallet");
        _ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("g", _ledger.Hospital, "general"))).Should().Be(Outcome.Applied);
        _ledger.View.Identity(patient.Id)!.Claimed.Should().BeTrue();
    }

    [Fact]
    public void Another_provider_cannot_act_as_the_steward()
    {
        Party patient = _ledger.Stewarded(_ledger.Hospital);
        _ledger.Refusal(_ledger.Sign(patient, [Draft.Claim(patient, Fake.Key("wallet"))], key: _ledger.Clinic.Key)).Code.Should().Be(FaultCode.KeyNotValid);
    }

    [Fact]
    public void A_stewards_grant_is_for_treatment_and_marked()
    {
        Party patient = _ledger.Stewarded(_ledger.Hospital);
        _ledger.Apply(patient, Draft.Open(patient, "general"));
        _ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("unmarked", _ledger.Clinic, "general"))).Reason.Should().Be(FaultCode.StewardGrantUnfit);
        _ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("marked", _ledger.Clinic, "general") with { Stewarded = true })).Should().Be(Outcome.Applied);
        _ledger.Apply(_ledger.Clinic, Draft.Access(patient)).Reason.Should().Be(FaultCode.PermittedGrant);
    }

    [Fact]
    public void A_steward_reads_and_deposits_in_its_own_name_but_not_in_the_patients()
    {
        Party patient = _ledger.Stewarded(_ledger.Hospital);
        _ledger.Apply(patient, Draft.Open(patient, "general"));
        _ledger.Apply(patient, Draft.Add(patient, "r", "general")).Reason.Should().Be(FaultCode.StewardMayNot);
        _ledger.Apply(patient, Draft.Access(patient, Draft.AccessFor(Purpose.PatientRequest))).Reason.Should().Be(FaultCode.StewardMayNot);
        _ledger.Apply(_ledger.Hospital, Draft.Add(patient, "r", "general")).Should().Be(Outcome.Applied);
        _ledger.Apply(_ledger.Hospital, Draft.Access(patient)).Count.Should().Be(1);
    }
}
