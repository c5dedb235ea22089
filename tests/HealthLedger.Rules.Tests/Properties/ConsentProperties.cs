using FsCheck;
using FsCheck.Fluent;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Tests.World;
using Outcome = HealthLedger.Protocol.Events.Outcome;

namespace HealthLedger.Rules.Tests.Properties;

public class ConsentProperties
{
    private static readonly Purpose[] Purposes = [Purpose.Treatment, Purpose.CareCoordination, Purpose.Research];

    [Fact]
    public void The_rules_decide_as_the_plain_model_of_consent_does()
    {
        TestLedger ledger = new();
        int byGrant = 0, denied = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue).ArrayOf(80)), steps =>
        {
            Run run = new(ledger);
            foreach (int step in steps) run.Step(step);
            run.Finish();
            (byGrant, denied) = (byGrant + run.ByGrant, denied + run.Denied);
        }));
        // A model that agrees because nothing ever happens would prove nothing.
        byGrant.Should().BeGreaterThan(100);
        denied.Should().BeGreaterThan(100);
    }

    [Fact]
    public void Wherever_a_revocation_falls_no_access_after_it_is_a_permit_and_every_one_before_it_is()
    {
        Random random = new(20_261_120);
        for (int round = 0; round < 15; round++)
        {
            TestLedger ledger = new();
            Party patient = ledger.Patient();
            ledger.ApplyAll(patient, Draft.Open(patient, "general"), Draft.Grant(patient, Draft.GrantOf("g", ledger.Clinic, "general")));
            int place = random.Next(0, 24), blockOf = random.Next(1, 9);
            Submission revocation = ledger.Sign(patient, [Draft.Revoke(patient, "g")]);
            List<(bool Access, Submission Submission)> order = [.. Enumerable.Range(0, 24).Select(_ => (true, ledger.Sign(ledger.Clinic, [Draft.Access(patient)])))];
            order.Insert(place, (false, revocation));
            List<Outcome> outcomes = [];
            foreach ((bool, Submission)[] block in order.Chunk(blockOf)) outcomes.AddRange(ledger.Commit([.. block.Select(item => item.Item2)]));
            outcomes.Take(place).Select(outcome => outcome.Kind).Should().Equal(Enumerable.Repeat(OutcomeKind.Permitted, place));
            outcomes.Skip(place + 1).Select(outcome => outcome.Kind).Should().Equal(Enumerable.Repeat(OutcomeKind.Denied, 24 - place));
        }
    }

    private sealed class Run
    {
        private static readonly string[] SegmentNames = ["a", "b", "c", "d"];
        private readonly RuleBench _bench;
        private readonly ConsentModel _model = new();
        private readonly Party _patient;
        private readonly Party[] _organizations;
        private readonly TestLedger _ledger;
        private int _drawn;

        public Run(TestLedger ledger)
        {
            _ledger = ledger;
            _bench = new RuleBench(ledger, new MemoryRows());
            InceptBody inception = Draft.InceptionWithKey("modelled");
            _patient = new Party(Draft.DidOf(inception), Fake.Key("modelled"), isPatient: true);
            _organizations = [ledger.Clinic, ledger.Laboratory, ledger.Hospital];
            _bench.Apply(_patient, Draft.Incept(inception)).Should().Be(Outcome.Applied);
        }

        public int ByGrant { get; private set; }

        public int Denied { get; private set; }

        public void Step(int choice)
        {
            int Take(int below)
            {
                int taken = choice % below;
                choice /= below;
                return taken;
            }

            Party organization = _organizations[Take(3)];
            string segment = SegmentNames[Take(4)];
            switch (Take(8))
            {
                case 0: Open(Take(2) == 0 ? _patient : organization, segment); break;
                case 1: Add(segment); break;
                case 2 or 3: Grant(organization, Take(15) + 1, Purposes[Take(3)], Take(40) - 10, Take(60), Take(4), Take(5) > 0); break;
                case 4: End(Take(8)); break;
                default: Access(organization, Purposes[Take(3)], Take(2) == 0 ? null : segment); break;
            }
            _bench.Now += Take(5);
        }

        public void Finish() => new Views.LedgerView(_bench.Rows).AccessLog(_patient.Id).Count(line => line.Line.Access is not null).Should().Be(_model.Accesses);

        private void Open(Party owner, string name)
        {
            bool exists = _model.Segments.Exists(s => s.Name == name);
            _bench.Apply(owner, Draft.Open(_patient, name)).IsGood.Should().Be(!exists);
            if (!exists) _model.Segments.Add(new ConsentModel.Segment(name, owner));
        }

        private void Add(string name)
        {
            if (_model.Segments.Find(s => s.Name == name) is not { } segment) return;
            _bench.Apply(segment.Owner, Draft.Add(_patient, $"record {_drawn++}", name)).Should().Be(Outcome.Applied);
            segment.Records++;
        }

        private void Grant(Party to, int segments, Purpose purpose, int from, int length, int uses, bool reads)
        {
            string[] names = [.. SegmentNames.Where((_, i) => (segments >> i & 1) != 0)];
            string name = $"grant {_drawn++}";
            long begin = _bench.Now + from, end = begin + length + 1;
            GrantBody body = Draft.GrantOf(name, to, names) with { Purposes = [purpose], From = begin, Until = end, Uses = uses == 0 ? null : (uint)uses, Rights = reads ? Rights.Read : Rights.Deposit };
            bool good = names.All(n => _model.Segments.Exists(s => s.Name == n)) && end > _bench.Now;
            _bench.Apply(_patient, Draft.Grant(_patient, body)).IsGood.Should().Be(good);
            if (good) _model.Grants.Add(new ConsentModel.Grant(name, to, names, [purpose], begin, end, reads, uses == 0 ? null : uses));
        }

        private void End(int which)
        {
            if (_model.Grants.Count == 0) return;
            ConsentModel.Grant grant = _model.Grants[which % _model.Grants.Count];
            if (which % 2 == 0)
            {
                _bench.Apply(_patient, Draft.Revoke(_patient, grant.Name)).Kind.Should().Be(grant.Ended ? OutcomeKind.Duplicate : OutcomeKind.Applied);
                grant.Ended = true;
                return;
            }
            bool over = _bench.Now >= grant.Until || grant.IsUsedUp;
            _bench.Apply(_ledger.Hospital, Draft.Close(_patient, grant.Name)).Kind.Should().Be(grant.Ended ? OutcomeKind.Duplicate : over ? OutcomeKind.Applied : OutcomeKind.Refused);
            grant.Ended |= over;
        }

        private void Access(Party reader, Purpose purpose, string? segment)
        {
            AccessBody body = Draft.AccessFor(purpose) with { Segments = segment is null ? null : [Fake.Id(segment)] };
            Outcome outcome = _bench.Apply(reader, Draft.Access(_patient, body));
            (int Count, string? Grant)? expected = _model.Access(reader, purpose, segment, _bench.Now);
            outcome.Kind.Should().Be(expected is null ? OutcomeKind.Denied : OutcomeKind.Permitted);
            if (expected is null) Denied++;
            if (expected is not { } permit) return;
            if (permit.Grant is not null) ByGrant++;
            (outcome.Count, outcome.Grant).Should().Be((permit.Count, permit.Grant is { } name ? Fake.Id(name) : (Id16?)null));
        }
    }
}
