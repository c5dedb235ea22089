using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Contracts;

public class FirstStepsTests
{
    [Fact]
    public void A_patient_opens_a_segment_a_clinic_is_granted_deposits_and_reads_and_after_the_revocation_it_does_not()
    {
        TestLedger ledger = new();
        Party patient = ledger.Patient();
        ledger.Apply(patient, Draft.Open(patient, "general")).Should().Be(Outcome.Applied);
        ledger.Apply(ledger.Clinic, Draft.Add(patient, "x-ray", "general")).Reason.Should().Be(FaultCode.DepositNotAllowed);
        ledger.Apply(ledger.Clinic, Draft.Access(patient)).Reason.Should().Be(FaultCode.NoGrant);
        ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("g", ledger.Clinic, "general") with { Rights = Rights.Read | Rights.Deposit })).Should().Be(Outcome.Applied);
        ledger.Apply(ledger.Clinic, Draft.Add(patient, "x-ray", "general")).Should().Be(Outcome.Applied);
        Outcome permit = ledger.Apply(ledger.Clinic, Draft.Access(patient));
        permit.Kind.Should().Be(OutcomeKind.Permitted);
        permit.Reason.Should().Be(FaultCode.PermittedGrant);
        permit.Count.Should().Be(1);
        permit.Grant.Should().Be(Fake.Id("g"));
        ledger.Apply(patient, Draft.Revoke(patient, "g")).Should().Be(Outcome.Applied);
        ledger.Apply(ledger.Clinic, Draft.Access(patient)).Reason.Should().Be(FaultCode.GrantRevoked);
        ledger.Apply(ledger.Clinic, Draft.Add(patient, "ct", "general")).Reason.Should().Be(FaultCode.DepositNotAllowed);
        ledger.View.AccessLog(patient.Id).Select(line => (line.Line.Type, line.Line.Kind)).Should().Equal(
            (EventType.IdentityIncept, OutcomeKind.Applied), (EventType.SegmentOpen, OutcomeKind.Applied), (EventType.AccessRequest, OutcomeKind.Denied),
            (EventType.GrantCreate, OutcomeKind.Applied), (EventType.RecordAdd, OutcomeKind.Applied), (EventType.AccessRequest, OutcomeKind.Permitted),
            (EventType.GrantRevoke, OutcomeKind.Applied), (EventType.AccessRequest, OutcomeKind.Denied));
    }
}
