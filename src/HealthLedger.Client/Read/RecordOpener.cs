using System.Security.Cryptography;
using HealthLedger.Client.Caching;
using HealthLedger.Client.Keys;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Read;

/// <summary>
/// Opens what one permit releases, page by page. Every byte is checked: the event against the record id, objects against the names in the
/// event, keys against their commitments.
/// </summary>
internal sealed class RecordOpener(LedgerDid patient, SegmentKeyring keyring, BoundedCache<Hash32, byte[]> batchKeys, SealingKey own, IReadOnlyDictionary<Id16, string> knownLabels)
{
    private readonly Dictionary<Id16, string> _labels = new(knownLabels);
    private readonly Dictionary<Hash32, RecordKeyPair> _recordKeys = [];
    private readonly byte[] _subject = System.Text.Encoding.UTF8.GetBytes(patient.ToString());

    /// <summary>Takes the keys of a page: segment keys, predecessors, keys of single records.</summary>
    public Fault? TakeKeys(IReadOnlyList<ReadOnlyMemory<byte>> sealedKeys)
    {
        List<ReadOnlyMemory<byte>> segmentKeys = [];
        foreach (ReadOnlyMemory<byte> bytes in sealedKeys)
        {
            if (bytes.Length > 1 && bytes.Span[1] != (byte)ObjectKind.SealedRecordKeys)
            {
                segmentKeys.Add(bytes);
                continue;
            }
            if (!SealedObject.Decode(bytes).TryGet(out SealedObject? item, out Fault malformed)) return malformed;
            if (item.Recipient != own.Public.KeyId) continue;
            if (!SealedTo.OpenRecordKeys(item, own).TryGet(out RecordKeyPair[]? pairs, out malformed)) return malformed;
            foreach (RecordKeyPair pair in pairs) _recordKeys[pair.RecordId] = pair;
        }
        if (!keyring.Open(segmentKeys, own).TryGet(out IReadOnlyList<LabelledKey>? opened, out Fault fault)) return fault;
        foreach (LabelledKey key in opened) _labels[key.Segment] = key.Label;
        return null;
    }

    /// <summary>Opens one record of a page.</summary>
    /// <param name="released">As the node sent it.</param>
    /// <param name="envelopes">The page's envelopes by their names.</param>
    /// <param name="retracted">Whether the list says that it was entered in error.</param>
    /// <param name="wantContent">Whether its content must be there.</param>
    public Result<OpenedRecord> Open(ReleasedRecord released, IReadOnlyDictionary<Hash32, ReadOnlyMemory<byte>> envelopes, bool retracted, bool wantContent)
    {
        if (!Event.Decode(released.Event).TryGet(out Event item, out Fault fault)) return fault;
        if (item.Hash != released.RecordId) return Wrong("A record's event is not the one of its id.");
        if (!item.SubjectUtf8.SequenceEqual(_subject)) return Wrong("A record is another patient's.");
        if (item.Type is not (EventType.RecordAdd or EventType.RecordAmend)) return Wrong("What was released is not a record.");
        if (!RecordBody.Decode(item.Body.Span, item.Type == EventType.RecordAmend).TryGet(out RecordBody? body, out fault)) return fault;
        if (VaultObject.NameOf(released.Manifest.Span) != body.Manifest) return Wrong("A manifest is not the one that its event names.");
        if (wantContent && released.Content is null) return Wrong("A content was left out.");
        if (released.Content is { } sealedContent && VaultObject.NameOf(sealedContent.Span) != body.Content) return Wrong("A content is not the one that its event names.");
        if (!LedgerDid.Parse(released.Author).TryGet(out LedgerDid author, out fault)) return fault;

        if (!KeysOf(released, body, envelopes).TryGet(out byte[]? keys, out fault)) return fault;
        ReadOnlySpan<byte> manifestKey = keys.AsSpan(0, RecordCipher.KeyLength), contentKey = keys.AsSpan(RecordCipher.KeyLength);
        if (RecordCipher.Commit(manifestKey) != body.ManifestKey || RecordCipher.Commit(contentKey) != body.DataKey) return Wrong("A record's keys are not those that its event commits to.");
        if (!RecordCipher.Open(ObjectKind.Manifest, manifestKey, released.Manifest).TryGet(out byte[]? manifest, out fault)) return fault;
        byte[]? content = null;
        if (wantContent && !RecordCipher.Open(ObjectKind.Content, contentKey, released.Content!.Value).TryGet(out content, out fault)) return fault;
        return new OpenedRecord
        {
            RecordId = item.Hash, Resource = body.Resource, Segment = body.Segment, Label = _labels.GetValueOrDefault(body.Segment), Author = author, Leaf = released.Leaf, Time = released.Time,
            Manifest = manifest, Content = content is null ? null : (ReadOnlyMemory<byte>?)content, Retracted = retracted, Amends = body.Amends, Keys = keys, Event = released.Event,
        };
    }

    private Result<byte[]> KeysOf(ReleasedRecord released, RecordBody body, IReadOnlyDictionary<Hash32, ReadOnlyMemory<byte>> envelopes)
    {
        if (_recordKeys.TryGetValue(released.RecordId, out RecordKeyPair? pair)) return (byte[])[.. pair.ManifestKey.Span, .. pair.ContentKey.Span];
        if (VaultObject.NameOf(released.WrappedKeys.Span) != body.WrappedKeys) return Wrong("Wrapped keys are not those that the event names.");
        if (!BatchKey(body, envelopes).TryGet(out byte[]? batchKey, out Fault fault)) return fault;
        return RecordCipher.Unwrap(batchKey, body.Resource, body.Manifest, released.WrappedKeys);
    }

    private Result<byte[]> BatchKey(RecordBody body, IReadOnlyDictionary<Hash32, ReadOnlyMemory<byte>> envelopes)
    {
        if (batchKeys.TryGet(body.Envelope, out byte[]? known)) return known;
        if (keyring.Find(body.SegmentKey) is not { } segmentKey) return new Fault(FaultCode.KeyMissing, "No key at hand opens a record's segment.");
        if (!envelopes.TryGetValue(body.Envelope, out ReadOnlyMemory<byte> bytes)) return Wrong("An envelope was left out.");
        if (!SealedObject.Decode(bytes).TryGet(out SealedObject? envelope, out Fault fault)) return fault;
        if (envelope.Segment != body.Segment || envelope.Recipient != body.SegmentKey) return Wrong("An envelope is for another segment or key than its event says.");
        if (!SealedTo.OpenEnvelope(envelope, segmentKey).TryGet(out byte[]? opened, out fault)) return fault;
        batchKeys.Set(body.Envelope, opened);
        return opened;
    }

    private static Fault Wrong(string sentence) => new(FaultCode.RecordListWrong, sentence);
}
