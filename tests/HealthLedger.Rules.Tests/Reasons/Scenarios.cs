using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Execution;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Reasons;

/// <summary>For every reason that the rules have, the shortest story that ends in it.</summary>
internal static class Scenarios
{
    private const long Hour = 3_600_000, Day = 24 * Hour;

    public static IReadOnlyDictionary<FaultCode, Func<TestLedger, FaultCode?>> All { get; } = new Dictionary<FaultCode, Func<TestLedger, FaultCode?>>
    {
        // At the door.
        [FaultCode.PlaceWrong] = l => StatementCheck.Form(l.Sign(l.Clinic, [Draft.Shared(l.Clinic)]), "another-network", 1, 1)?.Code,
        [FaultCode.StatementTimes] = l => l.Refusal(l.Sign(l.Clinic, [Draft.Shared(l.Clinic)], issuedAt: l.Now, notAfter: l.Now + Day + 1)).Code,
        [FaultCode.StatementEarly] = l => l.Refusal(l.Sign(l.Clinic, [Draft.Shared(l.Clinic)], issuedAt: l.Now + 5_001)).Code,
        [FaultCode.StatementExpired] = l => l.Refusal(l.Sign(l.Clinic, [Draft.Shared(l.Clinic)], issuedAt: l.Now - 2, notAfter: l.Now - 1)).Code,
        [FaultCode.StatementRemembered] = l =>
        {
            Submission submission = l.Sign(l.Clinic, [Draft.Shared(l.Clinic)]);
            l.Commit(submission);
            return l.Refusal(submission).Code;
        },
        [FaultCode.StatementMemoryFull] = l => StatementCheck.Admit(
            l.Sign(l.Clinic, [Draft.Shared(l.Clinic)]), TestLedger.Network, l.Rows, l.Directory, l.Now, l.Signatures, remembered: 2_097_152).Fault.Code,
        [FaultCode.SequenceWrong] = l => WithPatient(l, p => l.Refusal(l.Sign(p, [Draft.Open(p, "s")], seq: p.Seq)).Code),
        [FaultCode.SequenceUnfit] = l => l.Refusal(l.Sign(l.Clinic, [Draft.Shared(l.Clinic)], seq: 1)).Code,
        [FaultCode.IssuerUnknown] = l =>
        {
            Party nobody = new(Draft.DidOf(Draft.InceptionWithKey("nobody")), Fake.Key("nobody"), isPatient: true);
            return l.Refusal(l.Sign(nobody, [Draft.Open(nobody, "s")])).Code;
        },
        [FaultCode.KeyNotValid] = l => l.Refusal(l.Sign(l.Clinic, [Draft.Shared(l.Clinic)], key: l.Hospital.Key)).Code,

        // Blocks.
        [FaultCode.BlockMisplaced] = l => Misheaded(l, header => header with { Height = 7 }),
        [FaultCode.BlockTimeBack] = l => Misheaded(l, header => header with { Time = TestLedger.Start - 1_001 }),
        [FaultCode.DirectoryHeightWrong] = l =>
            BlockExecutor.Build(new TestLedger(0).Head, 0, l.Now, 5, [], null, l.DirectoryRows, l.Directory, l.Signatures, BuildLimits.Format).Fault.Code,
        [FaultCode.BlockResultWrong] = l => Misheaded(l, header => header with { StateDigest = Fake.Hash("another state") }),
        [FaultCode.CheckpointWrong] = _ =>
        {
            TestLedger directory = new(0);
            ShardHead head = new(1, 5, Fake.Hash("head 5"), 9, Fake.Hash("root"));
            directory.Commit(Checkpoint(directory, head).Value.Block);
            return Checkpoint(directory, head with { Height = 4 }).Fault.Code;
        },
        [FaultCode.RulesUnknown] = l =>
            BlockExecutor.Build(l.Head with { RulesVersion = 99 }, 0, l.Now, 0, [], null, l.Rows, l.Directory, l.Signatures, BuildLimits.Format).Fault.Code,
        [FaultCode.ItemMisplaced] = l =>
            BlockExecutor.Build(l.Head, 0, l.Now, 0, [], new CheckpointItem([]), l.Rows, l.Directory, l.Signatures, BuildLimits.Format).Fault.Code,

        [FaultCode.ConfigurationWrong] = l => Misheaded(l, header => header with { Config = 1 }),
        [FaultCode.StopUnfit] = l => Consortium.StopOf(l, 0).Fault.Code,

        // Any event.
        [FaultCode.BodyMalformed] = l => WithPatient(l, p => Reason(l, p, Draft.Raw(EventType.GrantRevoke, p, w => w.WriteMapStart(0)))),
        [FaultCode.EventTypeUnknown] = l => WithPatient(l, p => Reason(l, p, Draft.Raw(600, p, w => w.WriteMapStart(0)))),
        [FaultCode.AtomicRefused] = l => WithPatient(l, p => l.ApplyAtomic(p, Draft.Open(p, "s"), Draft.Revoke(p, "none"))[0].Reason),
        [FaultCode.SubjectUnknown] = l => Reason(l, l.Clinic, Draft.Access(new Party(Draft.DidOf(Draft.InceptionWithKey("nobody")), Fake.Key("nobody"), true))),
        [FaultCode.SubjectOnly] = l => WithSegment(l, p => Reason(l, l.Clinic, Draft.Grant(p, Draft.GrantOf("g", l.Clinic, "general")))),
        [FaultCode.StewardMayNot] = l =>
        {
            Party stewarded = l.Stewarded(l.Hospital);
            return Reason(l, stewarded, Draft.Rotate(stewarded, Fake.Key("next"), 0));
        },
        [FaultCode.RoleMissing] = l => WithPatient(l, p => Reason(l, l.Insurer, Draft.Open(p, "s"))),
        [FaultCode.MemberOnly] = l => WithPatient(l, p => Reason(l, l.Clinic, Draft.Close(p, "g"))),

        // Identities.
        [FaultCode.InceptionMismatch] = l => WithPatient(l, p => Reason(l, p, Draft.Incept(Draft.InceptionWithKey("another")) with { Subject = p.Name })),
        [FaultCode.KeyNotCurrent] = l => WithPatient(l, p => Reason(l, p, Draft.Rotate(p, Fake.Key("next"), 0, old: Fake.Hash("no key")))),
        [FaultCode.KeyEndUnfit] = l => WithPatient(l, p => Reason(l, p, Draft.Rotate(p, Fake.Key("next"), l.Now + Day + 1))),
        [FaultCode.KeyReused] = l => WithPatient(l, p => Reason(l, p, Draft.Rotate(p, p.Key, 0))),
        [FaultCode.PossessionUnproven] = l => WithPatient(l, p => Reason(l, p, Draft.Rotate(p, Fake.Key("next"), 0, proof: PossessionProof.Sign(p.Key, p.Did)))),
        [FaultCode.KeysTooMany] = l => WithPatient(l, p =>
        {
            FaultCode? last = null;
            for (int i = 0; i < 9; i++)
            {
                SigningKey next = Fake.Key($"next {i}");
                last = Reason(l, p, Draft.Rotate(p, next, l.Now + Hour));
                if (last is null) p.Key = next;
            }
            return last;
        }),
        [FaultCode.NoSteward] = l => WithPatient(l, p => Reason(l, p, Draft.Claim(p, Fake.Key("wallet")))),
        [FaultCode.StewardUnknown] = l =>
        {
            InceptBody body = Draft.InceptionWithSteward("ward", l.Insurer);
            return Reason(l, new Party(Draft.DidOf(body), l.Insurer.Key, isPatient: true), Draft.Incept(body));
        },

        // Segments.
        [FaultCode.SegmentExists] = l => WithSegment(l, p => Reason(l, p, Draft.Open(p, "general"))),
        [FaultCode.SegmentUnknown] = l => WithPatient(l, p => Reason(l, p, Draft.RotateSegment(p, "none", "k"))),
        [FaultCode.SegmentNotOwned] = l => WithSegment(l, p => Reason(l, l.Clinic, Draft.RotateSegment(p, "general", "k"))),
        [FaultCode.SegmentKeyReused] = l => WithSegment(l, p => Reason(l, p, Draft.RotateSegment(p, "general", "general key 0"))),
        [FaultCode.SegmentsTooMany] = l => WithPatient(l, p => l.ApplyAll(p, [.. Enumerable.Range(0, 65).Select(i => Draft.Open(p, $"s{i}"))])[64].Reason),
        [FaultCode.SegmentKeyStale] = l => WithSegment(l, p =>
        {
            l.Apply(p, Draft.RotateSegment(p, "general", "general key 1"));
            return Reason(l, p, Draft.Add(p, "r", "general"));
        }),

        // Records.
        [FaultCode.DepositNotAllowed] = l => WithSegment(l, p => Reason(l, l.Clinic, Draft.Add(p, "r", "general"))),
        [FaultCode.RecordConflict] = l => WithRecord(l, (p, _) => Reason(l, l.Clinic, Draft.Add(p, Draft.Record("r", "own", content: "another")))),
        [FaultCode.ResourceExists] = l => WithRecord(l, (p, _) => Reason(l, l.Clinic, Draft.Add(p, Draft.Record("r2", "own", resource: "r")))),
        [FaultCode.RecordUnknown] = l => WithPatient(l, p => Reason(l, l.Clinic, Draft.Retract(p, Fake.Hash("none")))),
        [FaultCode.AuthorOnly] = l => WithRecord(l, (p, r) => Reason(l, l.Hospital, Draft.Retract(p, r))),
        [FaultCode.RecordNotNewest] = l => WithRecord(l, (p, r) =>
        {
            l.Apply(l.Clinic, Draft.Amend(p, Draft.Record("r v2", "own", resource: "r", amends: r))).Should().Be(Outcome.Applied);
            return Reason(l, l.Clinic, Draft.Amend(p, Draft.Record("r v2b", "own", resource: "r", amends: r)));
        }),
        [FaultCode.RecordRetracted] = l => WithRecord(l, (p, r) =>
        {
            l.Apply(l.Clinic, Draft.Retract(p, r)).Should().Be(Outcome.Applied);
            return Reason(l, l.Clinic, Draft.Amend(p, Draft.Record("r v2", "own", resource: "r", amends: r)));
        }),
        [FaultCode.ResourceDiffers] = l => WithRecord(l, (p, r) => Reason(l, l.Clinic, Draft.Amend(p, Draft.Record("r v2", "own", resource: "another", amends: r)))),

        // Grants.
        [FaultCode.GrantExists] = l => WithGrant(l, g => g, p => Reason(l, p, Draft.Grant(p, Draft.GrantOf("g", l.Laboratory, "general")))),
        [FaultCode.GrantUnknown] = l => WithPatient(l, p => Reason(l, p, Draft.Revoke(p, "none"))),
        [FaultCode.GranteeUnknown] = l => WithSegment(l, p => Reason(l, p, Draft.Grant(p, Draft.GrantOf("g", l.Patient("another"), "general")))),
        [FaultCode.GranteeIsGrantor] = l =>
        {
            Party stewarded = l.Stewarded(l.Hospital);
            l.Apply(stewarded, Draft.Open(stewarded, "general"));
            return Reason(l, stewarded, Draft.Grant(stewarded, Draft.GrantOf("g", l.Hospital, "general") with { Stewarded = true }));
        },
        [FaultCode.GrantAlreadyOver] = l => WithSegment(l, p => Reason(l, p, Draft.Grant(p, Draft.GrantOf("g", l.Clinic, "general") with { From = 1, Until = l.Now }))),
        [FaultCode.StewardGrantUnfit] = l =>
        {
            Party stewarded = l.Stewarded(l.Hospital);
            l.Apply(stewarded, Draft.Open(stewarded, "general"));
            return Reason(l, stewarded, Draft.Grant(stewarded, Draft.GrantOf("g", l.Clinic, "general") with { Stewarded = true, Purposes = [Purpose.Research] }));
        },
        [FaultCode.GrantsTooMany] = l => WithSegment(l, p => l.ApplyAll(p, [.. Enumerable.Range(0, 65).Select(i => Draft.Grant(p, Draft.GrantOf($"g{i}", l.Clinic, "general")))])[64].Reason),
        [FaultCode.GrantStillRuns] = l => WithGrant(l, g => g, p => Reason(l, l.Hospital, Draft.Close(p, "g"))),

        // Denials.
        [FaultCode.NoGrant] = l => WithSegment(l, p => Reason(l, l.Clinic, Draft.Access(p))),
        [FaultCode.SegmentNotGranted] = l => WithGrant(l, g => g, p =>
        {
            l.Apply(p, Draft.Open(p, "genetics"));
            return Reason(l, l.Clinic, Draft.Access(p, Draft.AccessFor() with { Segments = [Fake.Id("genetics")] }));
        }),
        [FaultCode.ReadNotGranted] = l => WithGrant(l, g => g with { Rights = Rights.Deposit }, p => Reason(l, l.Clinic, Draft.Access(p))),
        [FaultCode.PurposeNotGranted] = l => WithGrant(l, g => g, p => Reason(l, l.Clinic, Draft.Access(p, Draft.AccessFor(Purpose.Research)))),
        [FaultCode.PersonNotGranted] = l => WithGrant(l, g => g with { Person = Fake.Hash("another person") }, p => Reason(l, l.Clinic, Draft.Access(p))),
        [FaultCode.GrantNotYet] = l => WithGrant(l, g => g with { From = l.Now + 1 }, p => Reason(l, l.Clinic, Draft.Access(p))),
        [FaultCode.GrantEnded] = l => WithGrant(l, g => g with { Until = l.Now + 1 }, p =>
        {
            l.Now++;
            return Reason(l, l.Clinic, Draft.Access(p));
        }),
        [FaultCode.GrantUsedUp] = l => WithGrant(l, g => g with { Uses = 1 }, p =>
        {
            Reason(l, l.Clinic, Draft.Access(p)).Should().Be(FaultCode.PermittedGrant);
            return Reason(l, l.Clinic, Draft.Access(p));
        }),
        [FaultCode.GrantRevoked] = l => WithGrant(l, g => g, p =>
        {
            l.Apply(p, Draft.Revoke(p, "g"));
            return Reason(l, l.Clinic, Draft.Access(p));
        }),
        [FaultCode.RecordNotGranted] = l => WithRecord(l, (p, r) =>
        {
            l.Apply(l.Clinic, Draft.Add(p, "r2", "own"));
            Hash32 second = l.LastEvent();
            l.Apply(p, Draft.Grant(p, Draft.GrantOf("g", l.Laboratory, "own") with { Records = [r] }));
            return Reason(l, l.Laboratory, Draft.Access(p, Draft.AccessFor() with { Records = [second] }));
        }),
        [FaultCode.RecordsNotNamed] = l => WithRecord(l, (p, r) =>
        {
            l.Apply(p, Draft.Grant(p, Draft.GrantOf("g", l.Laboratory, "own") with { Records = [r] }));
            return Reason(l, l.Laboratory, Draft.Access(p));
        }),
        [FaultCode.OwnPurposeUnfit] = l => WithRecord(l, (p, _) => Reason(l, l.Clinic, Draft.Access(p, Draft.AccessFor(Purpose.Marketing)))),
        [FaultCode.PatientPurposeUnfit] = l => WithSegment(l, p => Reason(l, p, Draft.Access(p))),

        // Permits.
        [FaultCode.PermittedSelf] = l => WithSegment(l, p => Reason(l, p, Draft.Access(p, Draft.AccessFor(Purpose.PatientRequest)))),
        [FaultCode.PermittedOwner] = l => WithRecord(l, (p, _) => Reason(l, l.Clinic, Draft.Access(p))),
        [FaultCode.PermittedSteward] = l =>
        {
            Party stewarded = l.Stewarded(l.Hospital);
            l.Apply(stewarded, Draft.Open(stewarded, "general"));
            return Reason(l, l.Hospital, Draft.Access(stewarded));
        },
        [FaultCode.PermittedGrant] = l => WithGrant(l, g => g, p => Reason(l, l.Clinic, Draft.Access(p))),

        // Members.
        [FaultCode.IdentityKeyOnly] = _ =>
        {
            Consortium c = new();
            return c.Directory.Apply(new Party(c['a'].Did, Fake.Key("a signing"), isPatient: false), Draft.Propose(c.Next("abc"))).Reason;
        },
        [FaultCode.ConfigurationNumberWrong] = _ => Proposed(c => new Configuration(c.Current.Network, 2, 1, c.Current.Members, default, c.Current.Hash)),
        [FaultCode.ConfigurationPreviousWrong] = _ => Proposed(c => new Configuration(c.Current.Network, 1, 1, c.Current.Members, default, Fake.Hash("another"))),
        [FaultCode.ConfigurationDecided] = _ =>
        {
            Consortium c = new();
            c.Decide(c.Next("abc"));
            return c.Propose('d', c.Next("abcd")).Reason;
        },
        [FaultCode.ProposalUnknown] = _ =>
        {
            Consortium c = new();
            return c.Approve('a', c.Next("abc")).Reason;
        },
        [FaultCode.MemberKeysUnfit] = _ => Proposed(c => new Configuration(c.Current.Network, 1, 1, [c.Current.Members[0], c.Current.Members[0]], default, c.Current.Hash)),
        [FaultCode.RulesVersionUnfit] = _ => Proposed(c => c.Next(9, "abcd")),
        [FaultCode.WithdrawalUnfit] = _ => Proposed(c => c.Next("abcd", Consortium.Withdrawn('a'))),
    };

    private static FaultCode? Proposed(Func<Consortium, Configuration> configuration, char member = 'a')
    {
        Consortium consortium = new();
        return consortium.Propose(member, configuration(consortium)).Reason;
    }

    public static T WithPatient<T>(TestLedger ledger, Func<Party, T> story) => story(ledger.Patient());

    public static T WithSegment<T>(TestLedger ledger, Func<Party, T> story) => WithPatient(ledger, patient =>
    {
        ledger.Apply(patient, Draft.Open(patient, "general")).Should().Be(Outcome.Applied);
        return story(patient);
    });

    /// <summary>A grant "g" of the segment "general" to the clinic.</summary>
    public static T WithGrant<T>(TestLedger ledger, Func<GrantBody, GrantBody> terms, Func<Party, T> story) => WithSegment(ledger, patient =>
    {
        ledger.Apply(patient, Draft.Grant(patient, terms(Draft.GrantOf("g", ledger.Clinic, "general")))).Should().Be(Outcome.Applied);
        return story(patient);
    });

    /// <summary>A record "r" of the clinic in its own segment "own".</summary>
    public static T WithRecord<T>(TestLedger ledger, Func<Party, Hash32, T> story) => WithPatient(ledger, patient =>
    {
        ledger.ApplyAll(ledger.Clinic, Draft.Open(patient, "own"), Draft.Add(patient, "r", "own")).Should().OnlyContain(outcome => outcome.IsGood);
        return story(patient, ledger.LastEvent(1));
    });

    private static FaultCode? Reason(TestLedger ledger, Party issuer, Draft draft) => ledger.Apply(issuer, draft).Reason;

    private static FaultCode? Misheaded(TestLedger ledger, Func<BlockHeader, BlockHeader> change)
    {
        ExecutedBlock built = ledger.Build(ledger.Sign(ledger.Clinic, [Draft.Shared(ledger.Clinic)])).Block;
        Block block = Block.Create(change(built.Header), built.Items).Value;
        return BlockExecutor.Check(ledger.Head, block, ledger.Rows, ledger.Directory, ledger.Signatures).Fault.Code;
    }

    private static Result<BuiltBlock> Checkpoint(TestLedger directory, ShardHead head) => BlockExecutor.Build(
        directory.Head, 0, directory.Now, directory.DirectoryHeight, [], new CheckpointItem([head]), directory.Rows, directory.Directory, directory.Signatures, BuildLimits.Format);
}
