using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Rules.Tests.World;

/// <summary>An event before it has a salt and a statement.</summary>
internal sealed record Draft(uint Type, string Subject, byte[] Body)
{
    private static byte[] Encode(Action<CborWriter> write)
    {
        CborWriter writer = new();
        write(writer);
        return writer.ToArray();
    }

    public static Draft Raw(uint type, Party subject, Action<CborWriter> write) => new(type, subject.Name, Encode(write));

    public static InceptBody InceptionWithKey(string name) => new() { Salt = Fake.Id(name), Key = Fake.Key(name).Public };

    public static InceptBody InceptionWithSteward(string name, Party steward) => new() { Salt = Fake.Id(name), Steward = steward.Did };

    public static LedgerDid DidOf(InceptBody body) => new(TestLedger.Network, InceptBody.IdOf(Encode(body.Encode)));

    public static Draft Incept(InceptBody body) => new(EventType.IdentityIncept, DidOf(body).ToString(), Encode(body.Encode));

    public static Draft Rotate(Party subject, SigningKey next, long end, Hash32? old = null, byte[]? proof = null) =>
        new(EventType.IdentityRotate, subject.Name, Encode(new RotateBody
        {
            New = next.Public,
            Proof = proof ?? PossessionProof.Sign(next, subject.Did),
            Old = old ?? subject.Key.Public.KeyId,
            End = end,
        }.Encode));

    public static Draft Claim(Party subject, SigningKey wallet, byte[]? proof = null) =>
        new(EventType.IdentityClaim, subject.Name, Encode(new ClaimBody { Key = wallet.Public, Proof = proof ?? PossessionProof.Sign(wallet, subject.Did) }.Encode));

    public static Draft Shared(Party subject) => new(EventType.OrganizationShared, subject.Name, Encode(new SharedBody().Encode));

    public static Draft Open(Party subject, string segment, string? key = null) =>
        new(EventType.SegmentOpen, subject.Name, Encode(new SegmentOpenBody { Segment = Fake.Id(segment), Key = Fake.Key(key ?? segment + " key 0").Public, Objects = [Fake.Hash(segment + " sealed")] }.Encode));

    public static Draft RotateSegment(Party subject, string segment, string key) =>
        new(EventType.SegmentRotate, subject.Name, Encode(new SegmentRotateBody { Segment = Fake.Id(segment), Key = Fake.Key(key).Public, Objects = [Fake.Hash(key + " sealed")] }.Encode));

    public static RecordBody Record(string record, string segment, string? key = null, string? content = null, string? resource = null, Hash32? amends = null) => new()
    {
        RecordKey = Fake.Hash(record + " record key"),
        ContentKey = Fake.Hash((content ?? record) + " content key"),
        Resource = Fake.Id(resource ?? record),
        Segment = Fake.Id(segment),
        SegmentKey = Fake.Key(key ?? segment + " key 0").Public.KeyId,
        Manifest = Fake.Hash(record + " manifest"),
        Content = Fake.Hash(record + " content"),
        WrappedKeys = Fake.Hash(record + " wrapped"),
        Envelope = Fake.Hash(record + " envelope"),
        ManifestKey = Fake.Hash(record + " manifest key"),
        DataKey = Fake.Hash(record + " data key"),
        Amends = amends,
    };

    public static Draft Add(Party subject, RecordBody body) => new(EventType.RecordAdd, subject.Name, Encode(body.Encode));

    public static Draft Add(Party subject, string record, string segment, string? key = null) => Add(subject, Record(record, segment, key));

    public static Draft Amend(Party subject, RecordBody body) => new(EventType.RecordAmend, subject.Name, Encode(body.Encode));

    public static Draft Retract(Party subject, Hash32 record, string key = "retraction") =>
        new(EventType.RecordRetract, subject.Name, Encode(new RetractBody { Record = record, RecordKey = Fake.Hash(key) }.Encode));

    public static GrantBody GrantOf(string grant, Party grantee, params string[] segments) => new()
    {
        Grant = Fake.Id(grant),
        Grantee = grantee.Did,
        Segments = [.. segments.Select(Fake.Id).Order()],
        Purposes = [Purpose.Treatment],
        From = TestLedger.Start,
        Until = TestLedger.Start + 3_600_000,
        Rights = Rights.Read,
        Objects = [],
    };

    public static Draft Grant(Party subject, GrantBody body) => new(EventType.GrantCreate, subject.Name, Encode(body.Encode));

    public static Draft Revoke(Party subject, string grant) => new(EventType.GrantRevoke, subject.Name, Encode(new RevokeBody { Grant = Fake.Id(grant) }.Encode));

    public static Draft Close(Party subject, string grant) => new(EventType.GrantClose, subject.Name, Encode(new CloseBody { Grant = Fake.Id(grant) }.Encode));

    public static AccessBody AccessFor(Purpose purpose = Purpose.Treatment) => new() { Purpose = purpose, Person = Fake.Hash("person"), Role = Role.Clinician, Note = Fake.Hash("note") };

    public static Draft Access(Party subject, AccessBody? body = null) => new(EventType.AccessRequest, subject.Name, Encode((body ?? AccessFor()).Encode));

    public static Draft Propose(Configuration configuration) => new(EventType.ConfigurationPropose, "directory", ConfigurationCodec.Encode(configuration));

    public static Draft Approve(Hash32 configuration) => new(EventType.ConfigurationApprove, "directory", Encode(new ConfigurationApproveBody { Configuration = configuration }.Encode));

    public static Draft Note(string name) => new(EventType.DirectoryNote, "directory", Encode(new DirectoryNoteBody { Hash = Fake.Hash(name) }.Encode));
}
