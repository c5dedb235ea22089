using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Contracts;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Contracts;

public class GovernanceTests
{
    [Fact]
    public void The_approval_that_makes_a_quorum_decides()
    {
        Consortium c = new();
        Configuration next = c.Next("abcde");
        c.Propose('b', next).Should().Be(Outcome.Applied);
        c.Approve('d', next).Should().Be(Outcome.Applied);
        c.View.Configuration(1).Should().BeNull();
        c.Approve('a', next).Should().Be(Outcome.Decided(next.Hash));
        ConfigurationRow row = c.View.Configuration(1)!;
        (row.Hash, row.RulesVersion, row.DecidedHeight, row.Leaf).Should().Be((next.Hash, 1, 3, 6));
        row.Members.Should().Equal("abcde".Select(name => c[name].Id));
        row.Bytes.ToArray().Should().Equal(ConfigurationCodec.Encode(next));
    }

    [Fact]
    public void In_a_network_of_one_a_proposal_decides()
    {
        Consortium c = new("a");
        Configuration next = c.Next("ab");
        c.Propose('a', next).Should().Be(Outcome.Decided(next.Hash));
    }

    [Fact]
    public void The_same_again_is_a_duplicate_before_and_after_the_decision()
    {
        Consortium c = new();
        Configuration next = c.Next("abc");
        c.Propose('a', next);
        c.Propose('a', next).Should().Be(Outcome.Duplicate(2));
        c.Approve('a', next).Should().Be(Outcome.Duplicate(2), "who proposes approves");
        c.Propose('b', next).Should().Be(Outcome.Applied, "another member's same proposal is an approval");
        c.Approve('b', next).Should().Be(Outcome.Duplicate(8));
        c.Approve('c', next).Should().Be(Outcome.Decided(next.Hash));
        c.Approve('d', next).Should().Be(Outcome.Duplicate(12), "it is decided by the entry of leaf 12");
        c.Propose('d', next).Should().Be(Outcome.Duplicate(12));
    }

    [Fact]
    public void A_members_last_word_counts()
    {
        Consortium c = new();
        Configuration first = c.Next("abcde"), second = c.Next("abcdf");
        c.Propose('a', first);
        c.Approve('b', first);
        c.Propose('b', second).Should().Be(Outcome.Applied);
        c.Approve('c', first).Should().Be(Outcome.Applied, "b has left it: two of four");
        c.Approve('a', second).Should().Be(Outcome.Applied);
        c.Directory.View.Proposals(c.View.Configuration(0)!.Members).Should().HaveCount(2);
        c.Approve('c', second).Should().Be(Outcome.Decided(second.Hash));
        c.Directory.View.Proposals(c.View.Configuration(0)!.Members).Should().BeEmpty();
    }

    [Fact]
    public void A_proposal_that_nobody_stands_behind_any_more_is_gone()
    {
        Consortium c = new();
        Configuration first = c.Next("abcde"), second = c.Next("abcdf");
        c.Propose('a', first);
        c.Propose('a', second);
        c.Approve('b', first).Should().Be(Outcome.Refused(FaultCode.ProposalUnknown));
        for (char name = 'e'; name < 'z'; name++) c.Propose('b', c.Next($"abcd{name}"));
        c.Directory.View.Proposals(c.View.Configuration(0)!.Members).Should().HaveCount(2, "however many are made, a member stands behind one");
    }

    [Fact]
    public void Once_decided_nothing_else_is_decided_until_the_stop_sign()
    {
        Consortium c = new();
        Configuration next = c.Next("bcde"), other = c.Next("abc");
        c.Propose('d', other);
        c.Decide(next);
        c.Approve('c', other).Should().Be(Outcome.Refused(FaultCode.ConfigurationDecided));
        c.Propose('b', c.Next("ab")).Should().Be(Outcome.Refused(FaultCode.ConfigurationDecided));
        c.Stop(next);
        c.Propose('a', c.Next("abc")).Should().Be(Outcome.Refused(FaultCode.MemberOnly), "a is no member any more");
        c.Approve('e', other).Should().Be(Outcome.Refused(FaultCode.ProposalUnknown));
        c.Decide(c.Next("bcd"));
        c.View.Configuration(2)!.Members.Should().Equal("bcd".Select(name => c[name].Id));
    }

    [Fact]
    public void Only_members_in_force_and_only_with_their_identity_keys()
    {
        Consortium c = new();
        Configuration next = c.Next("abcde");
        c.Propose('z', next).Should().Be(Outcome.Refused(FaultCode.MemberOnly));
        c.Propose('a', next);
        c.Approve('z', next).Should().Be(Outcome.Refused(FaultCode.MemberOnly));
        Party signing = new(c['a'].Did, Fake.Key("a signing"), isPatient: false);
        c.Directory.Apply(signing, Draft.Approve(next.Hash)).Should().Be(Outcome.Refused(FaultCode.IdentityKeyOnly));
        c.Directory.Apply(signing, Draft.Note("policy")).Should().Be(Outcome.Applied, "the signing key is good for the rest");
        Party newcomer = c['e'];
        c.Directory.Refusal(c.Directory.Sign(newcomer, [Draft.Approve(next.Hash)])).Code.Should().Be(FaultCode.IssuerUnknown);
    }

    [Fact]
    public void A_configuration_follows_the_one_in_force()
    {
        Consortium c = new();
        Configuration right = c.Next("abcde");
        Refused(new Configuration(right.Network, 2, 1, right.Members, default, c.Current.Hash), FaultCode.ConfigurationNumberWrong);
        Refused(new Configuration(right.Network, 1, 1, right.Members, default, Fake.Hash("another")), FaultCode.ConfigurationPreviousWrong);
        Refused(c.Next(3, "abcde"), FaultCode.RulesVersionUnfit);
        Refused(c.Next(0, "abcde"), FaultCode.RulesVersionUnfit);
        Refused(new Configuration(right.Network, 1, 1, [right.Members[0], right.Members[0]], default, c.Current.Hash), FaultCode.MemberKeysUnfit);
        Refused(new Configuration("another-net", 1, 1, right.Members, default, c.Current.Hash), FaultCode.MemberKeysUnfit);
        Refused(c.Next("abcde", Consortium.Withdrawn('b')), FaultCode.WithdrawalUnfit);
        Refused(c.Next("abcde", Consortium.Withdrawn('y')), FaultCode.WithdrawalUnfit);
        c.Directory.Apply(c['a'], new Draft(EventType.ConfigurationPropose, "directory", [0xa0])).Should().Be(Outcome.Refused(FaultCode.BodyMalformed));
        c.Propose('a', c.Next(2, "abcde")).Should().Be(Outcome.Applied, "rules may go one version on");

        void Refused(Configuration configuration, FaultCode code) => c.Propose('a', configuration).Should().Be(Outcome.Refused(code));
    }

    [Fact]
    public void A_refused_atomic_statement_leaves_no_approval()
    {
        Consortium c = new();
        Configuration next = c.Next("abcde");
        c.Directory.ApplyAtomic(c['a'], Draft.Propose(next), Draft.Approve(Fake.Hash("none"))).Should().OnlyContain(outcome => outcome.Kind == OutcomeKind.Refused);
        c.Approve('b', next).Should().Be(Outcome.Refused(FaultCode.ProposalUnknown));
    }

    [Fact]
    public void The_directory_reads_the_same_of_a_height_at_any_later_time()
    {
        Consortium c = new();
        Configuration first = c.Next("bcde", Consortium.Organization('y', OrganizationRoles.Pharmacy), Consortium.Organization('z', OrganizationRoles.Agency, " new"));
        long decided = c.Decide(first);
        c.Stop(first);
        Configuration second = c.Next("bcd", Consortium.Withdrawn('z'));
        long later = c.Decide(second);
        c.Stop(second);
        DirectoryView view = c.View;
        StandingAt(view.At(decided - 1)).Should().Be("a0 b1 c2 d3 z-");
        StandingAt(view.At(decided)).Should().Be("a- b0 c1 d2 e3 y- z-");
        StandingAt(view.At(later - 1)).Should().Be("a- b0 c1 d2 e3 y- z-");
        StandingAt(view.At(later)).Should().Be("a- b0 c1 d2 e- y-", "z was withdrawn, e stays an organization");
        StandingAt(view).Should().Be(StandingAt(view.At(later)));
        (view.At(decided - 1).Configuration(1), view.At(decided).Configuration(1)!.Hash).Should().Be((null, first.Hash));
        Roles(view.At(decided - 1)).Should().Be(OrganizationRoles.Laboratory);
        Roles(view.At(decided)).Should().Be(OrganizationRoles.Agency);
        Hash32 oldKey = Fake.Key("z signing").Public.KeyId, newKey = Fake.Key("z signing new").Public.KeyId;
        (view.At(decided - 1).TryGetKey(c['z'].Id, oldKey, out _), view.At(decided - 1).TryGetKey(c['z'].Id, newKey, out _)).Should().Be((true, false));
        (view.At(decided).TryGetKey(c['z'].Id, oldKey, out _), view.At(decided).TryGetKey(c['z'].Id, newKey, out _)).Should().Be((false, true));
        view.At(later).TryGetKey(c['z'].Id, newKey, out _).Should().BeFalse();
        c.Directory.View.Organizations().Should().HaveCount(7);
        c.Directory.View.Organization(c['z'].Id)!.IsWithdrawn.Should().BeTrue();
        c.Directory.View.Organization(c['a'].Id)!.Roles.Should().Be(OrganizationRoles.Provider, "who is no member any more is what it was attested to be");

        string StandingAt(DirectoryView at) => string.Join(' ', "abcdeyz".Where(name => at.TryGet(c[name].Id, out _)).Select(name => at.TryGet(c[name].Id, out OrganizationRow? row) ? $"{name}{row.Member?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"}" : ""));
        OrganizationRoles Roles(DirectoryView at) => at.TryGet(c['z'].Id, out OrganizationRow? row) ? row.Roles : OrganizationRoles.None;
    }

    [Fact]
    public void A_shard_decides_by_the_directory_as_of_the_height_that_its_block_names()
    {
        Consortium c = new();
        Configuration next = c.Next("bcde", Consortium.Organization('y', OrganizationRoles.Provider));
        long decided = c.Decide(next);
        TestLedger shard = c.Shard();
        Party y = new(c['y'].Did, Fake.Key("y signing"), isPatient: false), a = new(c['a'].Did, Fake.Key("a signing"), isPatient: false);
        shard.ReadsDirectoryAt = decided - 1;
        shard.Refusal(shard.Sign(y, [Draft.Shared(y)])).Code.Should().Be(FaultCode.IssuerUnknown);
        Party patient = shard.Stewarded(a);
        shard.ReadsDirectoryAt = decided;
        shard.Apply(y, Draft.Shared(y)).Should().Be(Outcome.Applied);
        shard.Apply(a, Draft.Shared(a)).Should().Be(Outcome.Applied, "a removed member's organization stays");
        shard.Apply(a, Draft.Close(patient, "g")).Should().Be(Outcome.Refused(FaultCode.MemberOnly), "but it has a member's standing no more");
    }

    [Fact]
    public void An_identity_key_governs_and_does_nothing_else()
    {
        Consortium c = new();
        TestLedger shard = c.Shard();
        shard.Refusal(shard.Sign(c['a'], [Draft.Shared(c['a'])])).Code.Should().Be(FaultCode.KeyNotValid);
    }

    [Fact]
    public void A_member_that_nobody_lists_is_what_its_member_entry_says()
    {
        Consortium c = new();
        Configuration next = c.Next("abcde");
        c.Decide(next);
        c.View.TryGet(c['e'].Id, out OrganizationRow? e).Should().BeTrue();
        (e!.Name, e.Roles, e.Member, e.SigningKeys.Single()).Should().Be(("Member e", OrganizationRoles.None, 4, Fake.Key("e identity").Public.KeyId));
    }

    [Fact]
    public void A_proposal_changed_in_any_byte_is_decided_without_an_exception()
    {
        Consortium c = new();
        Draft good = Draft.Propose(c.Next("abcde", Consortium.Organization('y', OrganizationRoles.Provider)));
        Signer signer = new(c['a'].Id, Authority.Organization, c['a'].Id, OrganizationRoles.None, true, c['a'].Key.Public.KeyId);
        for (int i = 0; i < good.Body.Length; i++)
        {
            byte[] body = [.. good.Body];
            body[i] ^= (byte)(1 << i % 8);
            if (!Event.Create(good.Type, good.Subject, Fake.Id("salt"), body).TryGet(out Event item, out _)) continue;
            RuleContext context = new(TestLedger.Network, new OverlayRows(c.Directory.Rows), c.View, TestLedger.Start) { Height = 1, Leaf = 2 };
            Outcome outcome = new RulesV1().Apply(item, signer, context);
            // What is not certified, names and organizations, is the members' to read before they approve.
            if (outcome.Kind != OutcomeKind.Refused) ConfigurationCodec.Decode(body).Value.Hash.Should().NotBe(ConfigurationCodec.HashOf(good.Body));
        }
    }
}
