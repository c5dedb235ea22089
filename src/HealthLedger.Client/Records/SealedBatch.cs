using System.Security.Cryptography;
using HealthLedger.Client.Patients;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Records;

/// <summary>
/// Sealed records of one patient that fit one statement, and the batch key of each of their segments. Composing makes the events and seals
/// each batch key to its segment's newest key: one HPKE seal a segment. After a rotation it is composed again; the records stay as they are.
/// </summary>
public sealed class SealedBatch : IDisposable
{
    private readonly LedgerDid _patient;
    private readonly Dictionary<Id16, byte[]> _batchKeys;

    internal SealedBatch(LedgerDid patient, IReadOnlyList<SealedRecord> records, Dictionary<Id16, byte[]> batchKeys) => (_patient, Records, _batchKeys) = (patient, records, batchKeys);

    /// <summary>The records in the order of their events.</summary>
    public IReadOnlyList<SealedRecord> Records { get; }

    /// <summary>Makes the events of <paramref name="records"/> and the objects they name.</summary>
    /// <param name="random">For the encapsulations.</param>
    /// <param name="newest">The newest public key of each segment.</param>
    /// <param name="records">All of the batch, or those that were refused.</param>
    public Result<ComposedBatch> Compose(RandomNumberGenerator random, IReadOnlyDictionary<Id16, PublicKey> newest, IReadOnlyList<SealedRecord> records)
    {
        Dictionary<Id16, (Hash32 Name, Hash32 KeyId)> envelopes = [];
        List<Event> events = new(records.Count);
        List<ReadOnlyMemory<byte>> objects = new(3 * records.Count + 16);
        CborWriter body = new(512);
        string subject = _patient.ToString();
        foreach (SealedRecord record in records)
        {
            if (!envelopes.TryGetValue(record.Segment, out (Hash32 Name, Hash32 KeyId) envelope))
            {
                if (!newest.TryGetValue(record.Segment, out PublicKey? key)) return new Fault(FaultCode.LabelUnknown, "The patient no longer has the segment.");
                byte[] sealedKey = SealedTo.Envelope(random, record.Segment, key, _batchKeys[record.Segment]);
                envelope = (VaultObject.NameOf(sealedKey), key.KeyId);
                envelopes.Add(record.Segment, envelope);
                objects.Add(sealedKey);
            }
            Hash32? amends = record.AmendsSealed?.RecordId ?? record.Amends;
            body.Reset();
            new RecordBody
            {
                RecordKey = record.Names.RecordKey, ContentKey = record.Names.ContentKey, Resource = record.Names.Resource, Segment = record.Segment, SegmentKey = envelope.KeyId,
                Manifest = record.ManifestName, Content = record.ContentName, WrappedKeys = record.WrappedName, Envelope = envelope.Name,
                ManifestKey = record.ManifestCommitment, DataKey = record.ContentCommitment, Amends = amends,
            }.Encode(body);
            uint type = amends is null ? EventType.RecordAdd : EventType.RecordAmend;
            if (!Event.Create(type, subject, record.Salt, body.WrittenSpan).TryGet(out Event item, out Fault fault)) return fault;
            record.RecordId = item.Hash;
            events.Add(item);
            objects.Add(record.Manifest);
            objects.Add(record.Content);
            objects.Add(record.WrappedKeys);
        }
        return new ComposedBatch(events, objects);
    }

    /// <summary>Wipes the batch keys.</summary>
    public void Dispose()
    {
        foreach (byte[] key in _batchKeys.Values) CryptographicOperations.ZeroMemory(key);
    }
}

/// <summary>Events and the objects they name, ready for a statement.</summary>
/// <param name="Events">record.add and record.amend events.</param>
/// <param name="Objects">Envelopes, manifests, contents, wrapped keys.</param>
public sealed record ComposedBatch(IReadOnlyList<Event> Events, IReadOnlyList<ReadOnlyMemory<byte>> Objects);
