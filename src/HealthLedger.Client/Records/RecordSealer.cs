using System.Security.Cryptography;
using HealthLedger.Client.Ids;
using HealthLedger.Client.Patients;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Records;

/// <summary>
/// Encrypts records in batches that fit a statement (1,024 events, 1 MiB) and an envelope (8 MiB): manifest and content each under a random
/// key, both keys wrapped under the segment's batch key of that statement. Symmetric work only; the HPKE seals come with
/// <see cref="SealedBatch.Compose"/>. Safe for several threads.
/// </summary>
/// <param name="ids">The organization's blinded ids.</param>
/// <param name="random">Where keys and salts come from.</param>
public sealed class RecordSealer(SourceIds ids, RandomNumberGenerator random)
{
    private const int RandomBytesPerRecord = 2 * RecordCipher.KeyLength + Id16.Length;
    private const int EventBytesMax = 704, EventsBytesMax = Submission.BytesMax - Statement.BytesMax - 64;

    /// <summary>Seals records of one patient, in their order, into as many batches as they need.</summary>
    /// <param name="patient">The patient.</param>
    /// <param name="segments">Where each label goes; a record whose label is missing is refused.</param>
    /// <param name="records">The records.</param>
    /// <param name="names">Their blinded names, if they were computed already; null to compute them.</param>
    public Result<IReadOnlyList<SealedBatch>> Seal(
        LedgerDid patient, IReadOnlyDictionary<string, KnownSegment> segments, IReadOnlyList<PlainRecord> records, IReadOnlyList<RecordNames>? names = null)
    {
        List<SealedBatch> batches = [];
        List<SealedRecord> current = [];
        Dictionary<Id16, byte[]> keys = [];
        Dictionary<Id16, AesGcm> ciphers = [];
        byte[] randomness = new byte[RandomBytesPerRecord];
        int bytes = 0;
        int subjectBytes = patient.ToString().Length;
        for (int i = 0; i < records.Count; i++)
        {
            PlainRecord plain = records[i];
            if (!segments.TryGetValue(plain.Label, out KnownSegment? segment)) return new Fault(FaultCode.LabelUnknown, $"The patient has no segment \"{plain.Label}\" that the depositor knows.");
            if (plain.Content.Length + plain.Manifest.Length > ExchangeLimits.ObjectBytesMax - 1024) return new Fault(FaultCode.RecordTooLarge, "Manifest and content of a record have at most 16 MiB.");
            int more = plain.Content.Length + plain.Manifest.Length + 256;
            if (current.Count == Statement.EventsMax || (current.Count + 1) * (EventBytesMax + subjectBytes) > EventsBytesMax || (current.Count > 0 && bytes + more > ExchangeLimits.EnvelopeBytesGoal))
            {
                batches.Add(new SealedBatch(patient, current, keys));
                (current, keys, bytes) = ([], [], 0);
                Release(ciphers);
            }
            if (!keys.TryGetValue(segment.Segment, out byte[]? batchKey))
            {
                batchKey = new byte[RecordCipher.KeyLength];
                random.GetBytes(batchKey);
                keys.Add(segment.Segment, batchKey);
                ciphers.Add(segment.Segment, new AesGcm(batchKey, RecordCipher.TagLength));
            }
            random.GetBytes(randomness);
            SealedRecord record = Seal(plain, names is null ? RecordNames.Of(ids, plain) : names[i], segment.Segment, ciphers[segment.Segment], randomness);
            bytes += record.ObjectBytes;
            current.Add(record);
        }
        if (current.Count > 0) batches.Add(new SealedBatch(patient, current, keys));
        Release(ciphers);
        CryptographicOperations.ZeroMemory(randomness);
        return batches;
    }

    private static SealedRecord Seal(PlainRecord plain, RecordNames names, Id16 segment, AesGcm batch, ReadOnlySpan<byte> randomness)
    {
        ReadOnlySpan<byte> manifestKey = randomness[..RecordCipher.KeyLength], contentKey = randomness.Slice(RecordCipher.KeyLength, RecordCipher.KeyLength);
        byte[] manifest = RecordCipher.Seal(ObjectKind.Manifest, manifestKey, plain.Manifest.Span);
        byte[] content = RecordCipher.Seal(ObjectKind.Content, contentKey, plain.Content.Span);
        Hash32 manifestName = VaultObject.NameOf(manifest);
        byte[] wrapped = RecordCipher.Wrap(batch, names.Resource, manifestName, manifestKey, contentKey);
        return new SealedRecord(plain, names, segment, new Id16(randomness[(2 * RecordCipher.KeyLength)..]))
        {
            Manifest = manifest, Content = content, WrappedKeys = wrapped,
            ManifestName = manifestName, ContentName = VaultObject.NameOf(content), WrappedName = VaultObject.NameOf(wrapped),
            ManifestCommitment = RecordCipher.Commit(manifestKey), ContentCommitment = RecordCipher.Commit(contentKey),
        };
    }

    private static void Release(Dictionary<Id16, AesGcm> ciphers)
    {
        foreach (AesGcm cipher in ciphers.Values) cipher.Dispose();
        ciphers.Clear();
    }
}
