using System.Collections.Immutable;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;

namespace HealthLedger.Rules.Tests.World;

/// <summary>
/// One shard, driven block by block. Every block is built by a leader, encoded, decoded and checked by a replica with rows of its own, so
/// every test is one of determinism too.
/// </summary>
internal sealed class TestLedger
{
    public const string Network = "rules-test";
    public const long Start = 1_800_000_000_000;

    private static readonly Lazy<GenesisFile> SharedGenesis = new(MakeGenesis);

    private readonly MemoryRows _replicaRows = new();
    private readonly DirectoryView _directory;
    private BlockParent _replica;
    private int _drawn;

    /// <summary>A shard of a network of one member, or of another network.</summary>
    public TestLedger(int shard = 1, GenesisFile? genesis = null)
    {
        Genesis = genesis ?? SharedGenesis.Value;
        Shard = shard;
        Head = _replica = BlockParent.Genesis(Genesis, shard);
        foreach (Protocol.State.Row row in GenesisState.Rows(Genesis, 0)) DirectoryRows.Add(row);
        if (shard == 0)
        {
            foreach (Protocol.State.Row row in DirectoryRows.All)
            {
                Rows.Add(row);
                _replicaRows.Add(row);
            }
        }
        _directory = new DirectoryView(DirectoryRows);
        Hospital = Organization("hospital");
        Clinic = Organization("clinic");
        Laboratory = Organization("laboratory");
        Insurer = Organization("insurer");
        Researcher = Organization("researcher");
    }

    public GenesisFile Genesis { get; }

    public int Shard { get; }

    public MemoryRows DirectoryRows { get; } = new();

    public MemoryRows Rows { get; } = new();

    public BlockParent Head { get; private set; }

    public LedgerView View => new(Rows);

    public DirectoryView Directory => _directory;

    public SignatureCache Signatures { get; } = new();

    public long Now { get; set; } = Start;

    /// <summary>A member and provider.</summary>
    public Party Hospital { get; }

    /// <summary>A provider, no member.</summary>
    public Party Clinic { get; }

    public Party Laboratory { get; }

    public Party Insurer { get; }

    public Party Researcher { get; }

    public ExecutedBlock? Last { get; private set; }

    /// <summary>A patient with a wallet, in the ledger.</summary>
    public Party Patient(string name = "patient")
    {
        InceptBody body = Draft.InceptionWithKey(name);
        Party patient = new(Draft.DidOf(body), Fake.Key(name), isPatient: true);
        Apply(patient, Draft.Incept(body)).Kind.Should().Be(OutcomeKind.Applied);
        return patient;
    }

    /// <summary>A patient whose steward acts.</summary>
    public Party Stewarded(Party steward, string name = "stewarded")
    {
        InceptBody body = Draft.InceptionWithSteward(name, steward);
        Party patient = new(Draft.DidOf(body), steward.Key, isPatient: true);
        Apply(patient, Draft.Incept(body)).Kind.Should().Be(OutcomeKind.Applied);
        return patient;
    }

    /// <summary>Signs drafts as one statement; a patient's seq goes up by one.</summary>
    public Submission Sign(Party issuer, IEnumerable<Draft> drafts, bool atomic = false, SigningKey? key = null, long? seq = null, long? issuedAt = null, long? notAfter = null)
    {
        SubmissionBuilder builder = new(Network, Shard, issuer.Name) { Atomic = atomic, Seq = issuer.IsPatient ? seq ?? ++issuer.Seq : seq };
        foreach (Draft draft in drafts)
            builder.Add(draft.Type, draft.Subject, Draw(), draft.Body).IsOk.Should().BeTrue();
        return builder.Sign(key ?? issuer.Key, issuedAt ?? Now, notAfter ?? (issuedAt ?? Now) + 600_000, Draw()).Value;
    }

    /// <summary>One event in a statement and block of its own.</summary>
    public Outcome Apply(Party issuer, Draft draft) => ApplyAll(issuer, draft)[0];

    /// <summary>Events in one statement and block.</summary>
    public IReadOnlyList<Outcome> ApplyAll(Party issuer, params Draft[] drafts) => Commit(Sign(issuer, drafts));

    /// <summary>Events in one atomic statement and block.</summary>
    public IReadOnlyList<Outcome> ApplyAtomic(Party issuer, params Draft[] drafts) => Commit(Sign(issuer, drafts, atomic: true));

    /// <summary>Submissions in one block, all of which have a place in it.</summary>
    public IReadOnlyList<Outcome> Commit(params Submission[] submissions)
    {
        BuiltBlock built = Build(submissions);
        built.LeftOut.Should().BeEmpty();
        return Commit(built.Block);
    }

    /// <summary>The fault that keeps a submission out of the next block; a replica finds the same.</summary>
    public Fault Refusal(Submission submission)
    {
        BuiltBlock built = Build(submission);
        built.LeftOut.Should().ContainSingle();
        Block forced = Block.Create(built.Block.Header, [new SubmissionItem(submission)]).Value;
        BlockExecutor.Check(_replica, forced, _replicaRows, new DirectoryView(DirectoryRows), new SignatureCache()).Fault.Code.Should().Be(built.LeftOut[0].Fault.Code);
        return built.LeftOut[0].Fault;
    }

    public BuiltBlock Build(params Submission[] submissions) =>
        BlockExecutor.Build(Head, Head.Config, Now, DirectoryHeight, submissions, null, Rows, _directory, Signatures, BuildLimits.Format).Value;

    /// <summary>Commits a built block after a replica has checked it.</summary>
    public IReadOnlyList<Outcome> Commit(ExecutedBlock built)
    {
        Block block = Block.Decode(Block.Create(built.Header, built.Items).Value.Bytes).Value;
        ExecutedBlock check = BlockExecutor.Check(_replica, block, _replicaRows, new DirectoryView(DirectoryRows), new SignatureCache()).Value;
        check.Outcomes.Should().Equal(built.Outcomes);
        Rows.Apply(built.Changes);
        _replicaRows.Apply(check.Changes);
        (Head, _replica, Last) = (built.Next, check.Next, built);
        return built.Outcomes;
    }

    public long DirectoryHeight => Shard == 0 ? Head.Height : Math.Max(ReadsDirectoryAt, Head.DirectoryHeight);

    /// <summary>The directory height that the next blocks name, in a shard other than 0.</summary>
    public long ReadsDirectoryAt { get; set; }

    /// <summary>The event hashes of the last block: record ids.</summary>
    public Hash32 LastEvent(int index = 0) => ((SubmissionItem)Last!.Items[0]).Submission.Events[index].Hash;

    private Id16 Draw() => Fake.Id($"draw {_drawn++}");

    private Party Organization(string name)
    {
        SigningKey identity = Fake.Key(name + " identity");
        return new Party(Genesis.DidOf(identity.Public), Fake.Key(name + " signing"), isPatient: false);
    }

    private static GenesisFile MakeGenesis()
    {
        SigningKey identity = Fake.Key("hospital identity");
        GenesisBuilder builder = new(Network, Start - 1_000, shards: 1);
        builder.Add(Member.Certify(Network, "Hospital", identity, Fake.Key("validator").Public, Fake.Key("transport").Public, Fake.Key("sealing").Public, "localhost:1"));
        foreach ((string name, OrganizationRoles roles) in new[]
        {
            ("hospital", OrganizationRoles.Provider), ("clinic", OrganizationRoles.Provider), ("laboratory", OrganizationRoles.Laboratory),
            ("insurer", OrganizationRoles.Payer), ("researcher", OrganizationRoles.Researcher),
        })
            builder.Add(new Organization(name, Fake.Key(name + " identity").Public, [Fake.Key(name + " signing").Public], Fake.Key(name + " sealing").Public, roles));
        byte[] map = builder.EncodeMap();
        return GenesisBuilder.Assemble(map, [GenesisBuilder.Sign(map, identity)]).Value;
    }
}
