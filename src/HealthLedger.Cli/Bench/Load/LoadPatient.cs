using System.Security.Cryptography;
using HealthLedger.Actors.Network;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Cli.Bench.Load;

/// <summary>
/// A patient that load goes to: one segment, and one set of vault objects (manifest, content, wrapped keys, envelope) of realistic size that records may
/// share, so that the ledger is measured and not the copying of ciphertext.
/// </summary>
internal sealed class LoadPatient
{
    private const int ManifestBytes = 250;

    private LoadPatient(LedgerDid did, int shard, Id16 segment, PublicKey segmentKey, SubmissionEnvelope opening)
    {
        (Did, Shard, Segment, SegmentKey, Opening) = (did, shard, segment, segmentKey, opening);
        Subject = did.ToString();
    }

    /// <summary>The identity.</summary>
    public LedgerDid Did { get; }

    /// <summary>The identity as an event's subject.</summary>
    public string Subject { get; }

    /// <summary>Its shard.</summary>
    public int Shard { get; }

    /// <summary>The segment.</summary>
    public Id16 Segment { get; }

    /// <summary>The segment's key.</summary>
    public PublicKey SegmentKey { get; }

    /// <summary>The statement that begins the patient and opens the segment; it brings the shared objects.</summary>
    public SubmissionEnvelope Opening { get; private set; }

    /// <summary>The shared objects' names: manifest, content, wrapped keys, envelope.</summary>
    public Hash32[] SharedObjects { get; private set; } = [];

    /// <summary>A patient of the organization on a shard.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="shards">How many it has.</param>
    /// <param name="shard">Which is wanted.</param>
    /// <param name="steward">Who holds and writes.</param>
    /// <param name="contentBytes">Bytes of a record.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    /// <param name="random">For keys, salts, ids.</param>
    public static Result<LoadPatient> Make(string network, int shards, int shard, OrganizationKeys steward, int contentBytes, long now, RandomNumberGenerator random)
    {
        CborWriter writer = new();
        LedgerDid did;
        do
        {
            writer.Reset();
            new InceptBody { Salt = Id16.Random(random), Steward = steward.Did }.Encode(writer);
            did = new LedgerDid(network, InceptBody.IdOf(writer.WrittenSpan));
        }
        while (Shards.Of(did.ToString(), shards) != shard);
        SubmissionBuilder builder = new(network, shard, did.ToString()) { Seq = 1, Atomic = true };
        if (!builder.Add(EventType.IdentityIncept, did.ToString(), Id16.Random(random), writer.WrittenSpan).TryGet(out _, out Fault fault)) return fault;

        using SealingKey key = SealingKey.Generate(random);
        Id16 segment = Id16.Random(random);
        byte[] sealedKey = SealedTo.SegmentKey(random, segment, key, "general", steward.Sealing.Public);
        writer.Reset();
        new SegmentOpenBody { Segment = segment, Key = key.Public, Objects = [VaultObject.NameOf(sealedKey)] }.Encode(writer);
        if (!builder.Add(EventType.SegmentOpen, did.ToString(), Id16.Random(random), writer.WrittenSpan).TryGet(out _, out fault)) return fault;
        if (!builder.Sign(steward.Signing, now, now + LoadMaker.LifetimeMilliseconds, Id16.Random(random)).TryGet(out Submission? opening, out fault)) return fault;

        byte[][] objects = Objects(segment, key.Public, contentBytes, random);
        return new LoadPatient(did, shard, segment, key.Public, new SubmissionEnvelope(opening.Encode(), [sealedKey, .. objects])) { SharedObjects = [.. objects.Select(item => VaultObject.NameOf(item))] };
    }

    /// <summary>Manifest, content, wrapped keys and envelope of one record, encrypted as an author does.</summary>
    public static byte[][] Objects(Id16 segment, PublicKey segmentKey, int contentBytes, RandomNumberGenerator random)
    {
        byte[] batchKey = Bytes(random, RecordCipher.KeyLength), manifestKey = Bytes(random, RecordCipher.KeyLength), contentKey = Bytes(random, RecordCipher.KeyLength);
        byte[] manifest = RecordCipher.Seal(ObjectKind.Manifest, manifestKey, Bytes(random, ManifestBytes)), content = RecordCipher.Seal(ObjectKind.Content, contentKey, Bytes(random, contentBytes));
        using AesGcm batch = new(batchKey, RecordCipher.TagLength);
        return [manifest, content, RecordCipher.Wrap(batch, Id16.Random(random), VaultObject.NameOf(manifest), manifestKey, contentKey), SealedTo.Envelope(random, segment, segmentKey, batchKey)];
    }

    private static byte[] Bytes(RandomNumberGenerator random, int count)
    {
        byte[] bytes = new byte[count];
        random.GetBytes(bytes);
        return bytes;
    }
}
