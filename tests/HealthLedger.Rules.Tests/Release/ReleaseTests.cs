using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Rules.Release;
using HealthLedger.Rules.Tests.Reasons;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Release;

public class ReleaseTests
{
    private readonly TestLedger _ledger = new();

    [Fact]
    public void A_permit_releases_the_records_it_opened_and_nothing_that_came_later() => Permitted((patient, claim) =>
    {
        _ledger.Apply(_ledger.Clinic, Draft.Add(patient, "later", "own"));
        ReleasedRecords released = Decide(claim).Value;
        released.Segments.Should().ContainSingle().Which.Events.Should().HaveCount(1);
        return PermitList.OfSegments([.. released.Segments.Select(segment => segment.ToList())]).Should().Be(((ulong)claim.Outcome.Count!, claim.Outcome.Root!.Value));
    });

    [Fact]
    public void A_permit_is_stale_after_30_seconds_of_block_time_or_of_the_own_clock() => Permitted((_, claim) =>
    {
        long now = _ledger.Now;
        ReleasePolicy.Decide(claim, _ledger.View, now + 30_000, now + 30_000).IsOk.Should().BeTrue();
        ReleasePolicy.Decide(claim, _ledger.View, now + 30_001, now).Fault.Code.Should().Be(FaultCode.PermitStale);
        return ReleasePolicy.Decide(claim, _ledger.View, now, now + 30_001).Fault.Code.Should().Be(FaultCode.PermitStale);
    });

    [Fact]
    public void A_grant_revoked_or_ended_after_the_permit_releases_nothing() => Permitted((patient, claim) =>
    {
        ReleasePolicy.Decide(claim, _ledger.View, _ledger.Now, _ledger.Now + 1_000).Fault.Code.Should().Be(FaultCode.PermitGrantOver);
        _ledger.Apply(patient, Draft.Revoke(patient, "g"));
        return Decide(claim).Fault.Code.Should().Be(FaultCode.PermitGrantOver);
    }, until: TestLedger.Start + 1_000);

    [Fact]
    public void A_stewards_permit_releases_nothing_after_the_claim()
    {
        Party patient = _ledger.Stewarded(_ledger.Hospital);
        _ledger.Apply(patient, Draft.Open(patient, "general"));
        Outcome permit = _ledger.Apply(_ledger.Hospital, Draft.Access(patient));
        ReleaseClaim claim = new(patient.Id, _ledger.Last!.FirstLeaf + 1, Draft.AccessFor(), permit, _ledger.Hospital.Id);
        Decide(claim).IsOk.Should().BeTrue();
        _ledger.Apply(patient, Draft.Claim(patient, Fake.Key("wallet")));
        Decide(claim).Fault.Code.Should().Be(FaultCode.PermitGrantOver);
    }

    [Fact]
    public void Nothing_is_released_to_another_than_the_one_permitted() => Permitted((_, claim) =>
        Decide(claim with { Requester = _ledger.Hospital.Id }).Fault.Code.Should().Be(FaultCode.RequesterDiffers));

    [Fact]
    public void A_permit_that_the_own_replica_does_not_have_releases_nothing() => Permitted((patient, claim) =>
    {
        Decide(claim with { Leaf = claim.Leaf + 1 }).Fault.Code.Should().Be(FaultCode.PermitMissing);
        Decide(claim with { Subject = Fake.Hash("another") }).Fault.Code.Should().Be(FaultCode.PermitMissing);
        Decide(claim with { Outcome = Outcome.Denied(FaultCode.NoGrant) }).Fault.Code.Should().Be(FaultCode.PermitMissing);
        return Decide(claim with { Access = claim.Access with { Note = Fake.Hash("another note") } }).Fault.Code.Should().Be(FaultCode.PermitMissing);
    });

    [Fact]
    public void A_denial_releases_nothing() => Scenarios.WithRecord(_ledger, (patient, _) =>
    {
        Outcome denial = _ledger.Apply(_ledger.Laboratory, Draft.Access(patient));
        return Decide(new ReleaseClaim(patient.Id, _ledger.Last!.FirstLeaf + 1, Draft.AccessFor(), denial, _ledger.Laboratory.Id)).Fault.Code.Should().Be(FaultCode.PermitMissing);
    });

    [Fact]
    public void An_access_claimed_wider_than_it_was_is_held_against_the_root() => Scenarios.WithRecord(_ledger, (patient, record) =>
    {
        _ledger.Apply(_ledger.Clinic, Draft.Add(patient, "r2", "own"));
        AccessBody asked = Draft.AccessFor() with { Records = [record] };
        Outcome permit = _ledger.Apply(_ledger.Clinic, Draft.Access(patient, asked));
        ReleaseClaim claim = new(patient.Id, _ledger.Last!.FirstLeaf + 1, asked, permit, _ledger.Clinic.Id);
        Decide(claim).Value.Records.Should().ContainSingle();
        return Decide(claim with { Access = Draft.AccessFor() }).Fault.Code.Should().Be(FaultCode.RecordListWrong);
    });

    [Fact]
    public void A_reader_notices_a_record_left_out_added_exchanged_or_retracted() => Permitted((_, claim) =>
    {
        SegmentItem record = new(Decide(claim).Value.Segments[0].Events[0].Record, false), other = new(Fake.Hash("other"), false);
        Holds([]).Should().BeFalse();
        Holds([record, other]).Should().BeFalse();
        Holds([other]).Should().BeFalse();
        Holds([record with { IsRetraction = true }]).Should().BeFalse();
        return Holds([record]).Should().BeTrue();

        bool Holds(SegmentItem[] items) => PermitList.OfSegments([new SegmentList(Fake.Id("own"), items)]) == ((ulong)claim.Outcome.Count!, claim.Outcome.Root!.Value);
    });

    private Protocol.Errors.Result<ReleasedRecords> Decide(ReleaseClaim claim) => ReleasePolicy.Decide(claim, _ledger.View, _ledger.Now, _ledger.Now);

    /// <summary>The laboratory has just been permitted the clinic's segment by the grant "g".</summary>
    private void Permitted<T>(Func<Party, ReleaseClaim, T> story, long until = TestLedger.Start + 3_600_000) => Scenarios.WithRecord(_ledger, (patient, _) =>
    {
        _ledger.Apply(patient, Draft.Grant(patient, Draft.GrantOf("g", _ledger.Laboratory, "own") with { Until = until }));
        Outcome permit = _ledger.Apply(_ledger.Laboratory, Draft.Access(patient));
        return story(patient, new ReleaseClaim(patient.Id, _ledger.Last!.FirstLeaf + 1, Draft.AccessFor(), permit, _ledger.Laboratory.Id));
    });
}
