using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Contracts;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Tests.World;

/// <summary>The rules alone: events applied one by one to rows, without statements, signatures and blocks.</summary>
internal sealed class RuleBench(TestLedger ledger, IRowReader below)
{
    private readonly IRules _rules = RuleBook.Standard.Get(RuleBook.Standard.Newest)!;
    private RuleContext? _context;
    private Signer _signer;
    private long _leaf = 1;

    public OverlayRows Rows { get; } = new(below);

    public long Now { get; set; } = TestLedger.Start;

    public static Event EventOf(Draft draft, string salt) => Event.Create(draft.Type, draft.Subject, Fake.Id(salt), draft.Body).Value;

    public Signer As(Party party) => party.IsPatient
        ? new Signer(party.Id, Authority.Patient, party.Id, OrganizationRoles.None, false, party.Key.Public.KeyId)
        : new Signer(party.Id, Authority.Organization, party.Id, RolesOf(party), party == ledger.Hospital, party.Key.Public.KeyId);

    public Outcome Apply(Party issuer, Draft draft) => Apply(issuer, EventOf(draft, $"bench {_leaf}"));

    public Outcome Apply(Party issuer, in Event item) => _rules.Apply(item, As(issuer), new RuleContext(TestLedger.Network, Rows, ledger.Directory, Now) { Height = ledger.Head.Height + 1, Leaf = _leaf++ });

    /// <summary>Sets issuer and context once, so that a measurement sees the rules alone.</summary>
    public void Prepare(Party issuer) => (_signer, _context) = (As(issuer), new RuleContext(TestLedger.Network, Rows, ledger.Directory, Now) { Height = ledger.Head.Height + 1 });

    public Outcome ApplyPrepared(in Event item)
    {
        _context!.Leaf = _leaf++;
        return _rules.Apply(item, _signer, _context);
    }

    private OrganizationRoles RolesOf(Party party) => ledger.Directory.TryGet(party.Id, out OrganizationRow? row) ? row.Roles : OrganizationRoles.None;
}
