using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Contracts;

public class HostileBodyTests
{
    [Fact]
    public void A_body_changed_in_any_byte_or_cut_anywhere_is_decided_without_an_exception()
    {
        TestLedger ledger = new();
        Party patient = ledger.Patient();
        ledger.ApplyAll(patient, Draft.Open(patient, "general"), Draft.Grant(patient, Draft.GrantOf("g", ledger.Clinic, "general")));
        ledger.ApplyAll(ledger.Clinic, Draft.Open(patient, "own"), Draft.Add(patient, "r", "own"));
        HealthLedger.Protocol.Hash32 record = ledger.LastEvent(1);
        (Party, Draft)[] good =
        [
            (patient, Draft.Incept(Draft.InceptionWithKey("x"))), (patient, Draft.Rotate(patient, Fake.Key("next"), 0)), (patient, Draft.Claim(patient, Fake.Key("next"))),
            (ledger.Clinic, Draft.Shared(ledger.Clinic)), (patient, Draft.Open(patient, "s")), (patient, Draft.RotateSegment(patient, "general", "k")),
            (ledger.Clinic, Draft.Add(patient, "r2", "own")), (ledger.Clinic, Draft.Amend(patient, Draft.Record("v2", "own", resource: "r", amends: record))),
            (ledger.Clinic, Draft.Retract(patient, record)), (patient, Draft.Revoke(patient, "g")), (ledger.Hospital, Draft.Close(patient, "g")),
            (patient, Draft.Grant(patient, Draft.GrantOf("g2", ledger.Clinic, "general", "own") with { Uses = 3, Person = Fake.Hash("p"), Records = [record], Ledger = (1, 2), Words = Fake.Hash("w") })),
            (ledger.Clinic, Draft.Access(patient, Draft.AccessFor() with { Segments = [Fake.Id("own")], Grant = Fake.Id("g") })),
            (ledger.Hospital, Draft.Note("n")),
        ];
        int tried = 0;
        foreach ((Party issuer, Draft draft) in good)
        {
            for (int i = 0; i < draft.Body.Length; i++)
            {
                foreach (byte mask in new byte[] { 0x01, 0x20, 0x80, 0xff }) Try(issuer, draft, [.. draft.Body[..i], (byte)(draft.Body[i] ^ mask), .. draft.Body[(i + 1)..]]);
                Try(issuer, draft, draft.Body[..i]);
            }
        }
        tried.Should().BeGreaterThan(8_000);

        // What is no CBOR map is no event; a body that is one comes before the rules, over the same state each time.
        void Try(Party issuer, Draft draft, byte[] body)
        {
            tried++;
            if (Event.Create(draft.Type, draft.Subject, Fake.Id("salt"), body).TryGet(out Event item, out _))
                new RuleBench(ledger, ledger.Rows).Apply(issuer, item).Invoking(outcome => outcome.Kind).Should().NotThrow();
        }
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_grant_names_at_most_64_segments(int segments, bool fits) =>
        GrantBody.Decode(Draft.Grant(Nobody, Draft.GrantOf("g", Nobody, [.. Enumerable.Range(0, segments).Select(i => $"s{i}")])).Body).IsOk.Should().Be(fits);

    [Fact]
    public void Lists_that_are_not_ascending_rights_of_nothing_and_times_that_run_back_are_refused()
    {
        GrantBody good = Draft.GrantOf("g", Nobody, "a", "b");
        foreach (GrantBody bad in new[]
        {
            good with { Segments = [.. good.Segments.Reverse()] }, good with { Segments = [good.Segments[0], good.Segments[0]] }, good with { Segments = [] },
            good with { Purposes = [] }, good with { Purposes = [Purpose.Research, Purpose.Treatment] }, good with { Purposes = [(Purpose)13] }, good with { Purposes = [0] },
            good with { Rights = Rights.None }, good with { Rights = (Rights)4 }, good with { Until = good.From }, good with { Uses = 0 },
            good with { Records = [] }, good with { Ledger = (5, 5) }, good with { Ledger = (1, 2), Rights = Rights.Deposit },
        })
            GrantBody.Decode(Draft.Grant(Nobody, bad).Body).Fault.Code.Should().BeOneOf(FaultCode.FormatValue, FaultCode.FormatLimit);
    }

    [Fact]
    public void An_access_names_segments_or_records_not_both() =>
        AccessBody.Decode(Draft.Access(Nobody, Draft.AccessFor() with { Segments = [Fake.Id("s")], Records = [Fake.Hash("r")] }).Body).IsOk.Should().BeFalse();

    [Fact]
    public void An_outcome_has_exactly_the_fields_of_its_kind()
    {
        foreach (Outcome good in new[] { Outcome.Applied, Outcome.Duplicate(7), Outcome.Refused(FaultCode.NoGrant), Outcome.Denied(FaultCode.NoGrant), Outcome.Permitted(FaultCode.PermittedGrant, 3, Fake.Hash("root"), Fake.Id("g")) })
        {
            HealthLedger.Protocol.Cbor.CborWriter writer = new();
            good.Write(writer);
            Outcome.Decode(writer.WrittenSpan).Value.Should().Be(good);
        }
        Outcome.Decode([0xa2, 0x01, 0x00, 0x02, 0x18, 0x64]).IsOk.Should().BeFalse();
        Outcome.Decode([0xa1, 0x01, 0x01]).IsOk.Should().BeFalse();
        Outcome.Decode([0xa1, 0x01, 0x05]).IsOk.Should().BeFalse();
        Outcome.Decode([0xa1, 0x02, 0x01]).IsOk.Should().BeFalse();
    }

    private static Party Nobody { get; } = new(Draft.DidOf(Draft.InceptionWithKey("nobody")), Fake.Key("nobody"), isPatient: true);
}
