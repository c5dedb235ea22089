using System.Security.Cryptography;
using HealthLedger.Actors.Network;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Cli.Bench.Load;

/// <summary>
/// Makes load before it is measured: record.add events as an author makes them, each with names of its own, under real signatures, on all cores. The
/// statements name either the patient's shared objects or, if asked, objects of their own.
/// </summary>
/// <param name="network">The network's name.</param>
/// <param name="author">Who signs.</param>
/// <param name="patients">Where records go, by turns.</param>
/// <param name="ownObjectBytes">Bytes of each record's own content; null for shared objects.</param>
/// <param name="random">For names, salts, nonces.</param>
internal sealed class LoadMaker(string network, OrganizationKeys author, IReadOnlyList<LoadPatient> patients, int? ownObjectBytes, RandomNumberGenerator random)
{
    /// <summary>How long a statement may be taken: the SDK's ten minutes.</summary>
    public const long LifetimeMilliseconds = 600_000;

    private const int RandomBytesPerEvent = 4 * Hash32.Length + 2 * Id16.Length;

    /// <summary>Signs statements of so many events each.</summary>
    public SignedLoad[] Make(int statements, int batch, long now, CancellationToken cancel)
    {
        SignedLoad[] made = new SignedLoad[statements];
        Parallel.For(0, statements, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, i => made[i] = One(patients[i % patients.Count], batch, now));
        return made;
    }

    private SignedLoad One(LoadPatient patient, int batch, long now)
    {
        SubmissionBuilder builder = new(network, patient.Shard, author.Did.ToString());
        List<ReadOnlyMemory<byte>> objects = [];
        Span<byte> drawn = stackalloc byte[RandomBytesPerEvent];
        CborWriter body = new(512);
        for (int i = 0; i < batch; i++)
        {
            random.GetBytes(drawn);
            Hash32[] names = patient.SharedObjects;
            if (ownObjectBytes is { } bytes)
            {
                byte[][] own = LoadPatient.Objects(patient.Segment, patient.SegmentKey, bytes, random);
                foreach (byte[] item in own) objects.Add(item);
                names = [.. own.Select(item => VaultObject.NameOf(item))];
            }
            body.Reset();
            new RecordBody
            {
                RecordKey = new Hash32(drawn[..32]), ContentKey = new Hash32(drawn[32..64]), ManifestKey = new Hash32(drawn[64..96]), DataKey = new Hash32(drawn[96..128]),
                Resource = new Id16(drawn[128..144]), Segment = patient.Segment, SegmentKey = patient.SegmentKey.KeyId,
                Manifest = names[0], Content = names[1], WrappedKeys = names[2], Envelope = names[3],
            }.Encode(body);
            if (!builder.Add(EventType.RecordAdd, patient.Subject, new Id16(drawn[144..160]), body.WrittenSpan).TryGet(out _, out Fault unfit)) throw new InvalidOperationException(unfit.ToString());
        }
        Submission submission = builder.Sign(author.Signing, now, now + LifetimeMilliseconds, Id16.Random(random)).Value;
        return new SignedLoad(patient.Shard, batch, new SubmissionEnvelope(submission.Encode(), objects));
    }
}

/// <summary>One signed statement that waits to be sent.</summary>
/// <param name="Shard">Its shard.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Envelope">The statement and its objects.</param>
internal sealed record SignedLoad(int Shard, int Events, SubmissionEnvelope Envelope);
