using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Votes;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Properties;

/// <summary>
/// Random proposals, approvals and stop signs by members, former members and strangers, held against a model of a few lines. Each block is built by a leader and
/// checked by a replica with rows of its own, so every step is one of determinism, too.
/// </summary>
public class GovernanceProperties
{
    private const string Everybody = "abcdefgz";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_configuration_is_decided_exactly_when_a_quorum_of_those_in_force_stands_behind_it(int seed)
    {
        Random random = new(seed);
        Consortium c = new("abcd"[..random.Next(1, 5)]);
        Dictionary<char, Configuration> stands = [];
        List<Configuration> seen = [];
        Configuration? decided = null;
        int decisions = 0;
        for (int step = 0; step < 120; step++)
        {
            if (decided is not null && random.Next(4) == 0)
            {
                c.Stop(decided);
                (decided, stands) = (null, []);
                seen.Clear();
            }
            char actor = Everybody[random.Next(Everybody.Length)];
            if (c.View.TryGet(c[actor].Id, out _) is false) continue;
            bool proposes = seen.Count == 0 || random.Next(3) == 0;
            Configuration meant = proposes ? c.Next(Draw(random)) : seen[random.Next(seen.Count)];
            if (proposes) seen.Add(meant);
            Outcome expected = Expect(actor, meant, proposes);
            Outcome outcome = proposes ? c.Propose(actor, meant) : c.Approve(actor, meant);
            (outcome.Kind, outcome.Reason, outcome.Root).Should().Be((expected.Kind, expected.Reason, expected.Root), $"step {step}: {actor} {(proposes ? "proposes" : "approves")}");
            if (outcome.Kind == OutcomeKind.Applied)
            {
                stands[actor] = meant;
                if (outcome.Root is not null) (decided, decisions) = (meant, decisions + 1);
            }
            int open = c.Directory.View.Proposals(c.View.Configuration(c.Current.Number)!.Members).Count();
            open.Should().Be(decided is not null ? 0 : stands.Values.Select(each => each.Hash).Distinct().Count());
        }
        decisions.Should().BePositive();

        Outcome Expect(char actor, Configuration meant, bool proposes)
        {
            if (!c.Names.Contains(actor)) return Outcome.Refused(FaultCode.MemberOnly);
            if (decided is not null) return decided.Hash == meant.Hash ? Outcome.Duplicate(0) : Outcome.Refused(FaultCode.ConfigurationDecided);
            if (stands.TryGetValue(actor, out Configuration? before) && before.Hash == meant.Hash) return Outcome.Duplicate(0);
            if (!proposes && stands.Values.All(each => each.Hash != meant.Hash)) return Outcome.Refused(FaultCode.ProposalUnknown);
            int behind = stands.Count(pair => pair.Key != actor && pair.Value.Hash == meant.Hash) + 1;
            return behind >= Quorum.Size(c.Names.Length) ? Outcome.Decided(meant.Hash) : Outcome.Applied;
        }
    }

    private static string Draw(Random random)
    {
        char[] members = "abcdefg".ToCharArray();
        random.Shuffle(members);
        return new string(members[..random.Next(1, 6)]);
    }
}
