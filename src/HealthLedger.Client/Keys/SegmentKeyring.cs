using HealthLedger.Client.Caching;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Client.Keys;

/// <summary>
/// The private segment keys that one party has opened, by key id, so that each costs one HPKE opening and no more. Bounded; dropped on
/// request. Safe for several threads.
/// </summary>
/// <param name="capacity">How many keys are kept.</param>
public sealed class SegmentKeyring(int capacity)
{
    private readonly BoundedCache<Hash32, SealingKey> _keys = new(capacity);
    private readonly BoundedCache<Hash32, (Id16 Segment, Hash32 KeyId, string Label)> _opened = new(capacity);

    /// <summary>A key that was opened or added; null where there is none.</summary>
    public SealingKey? Find(Hash32 keyId) => _keys.TryGet(keyId, out SealingKey? key) ? key : null;

    /// <summary>Keeps a key that its owner has just made.</summary>
    public void Add(SealingKey key) => _keys.Set(key.Public.KeyId, key);

    /// <summary>Forgets every key.</summary>
    public void Clear()
    {
        _keys.Clear();
        _opened.Clear();
    }

    /// <summary>
    /// Opens what the recipient's key opens, then what the keys found so open in turn: predecessors, and segment keys that were sealed to the notes
    /// segment's key. Objects for others are passed over; one for a key at hand that does not open is a fault.
    /// </summary>
    /// <param name="objects">Objects of kinds 5 and 6; other kinds are passed over.</param>
    /// <param name="recipient">The party's sealing key.</param>
    internal Result<IReadOnlyList<LabelledKey>> Open(IReadOnlyList<ReadOnlyMemory<byte>> objects, SealingKey recipient)
    {
        List<LabelledKey> found = [];
        List<(Hash32 Name, SealedObject Item)> waiting = [];
        foreach (ReadOnlyMemory<byte> bytes in objects)
        {
            Hash32 name = VaultObject.NameOf(bytes.Span);
            if (_opened.TryGet(name, out (Id16 Segment, Hash32 KeyId, string Label) before) && Find(before.KeyId) is { } kept)
            {
                found.Add(new LabelledKey(before.Segment, kept, before.Label));
                continue;
            }
            if (!SealedObject.Decode(bytes).TryGet(out SealedObject? item, out Fault fault)) return fault;
            if (item.Kind is ObjectKind.SealedKey or ObjectKind.Predecessor) waiting.Add((name, item));
        }
        for (bool more = true; more;)
        {
            more = false;
            for (int i = waiting.Count - 1; i >= 0; i--)
            {
                (Hash32 name, SealedObject item) = waiting[i];
                SealingKey? key = item.Recipient == recipient.Public.KeyId ? recipient : Find(item.Recipient);
                if (key is null) continue;
                waiting.RemoveAt(i);
                more = true;
                if ((item.Kind == ObjectKind.Predecessor ? TakePredecessor(item, key) : TakeSegmentKey(name, item, key, found)) is { } broken) return broken;
            }
        }
        return found;
    }

    private Fault? TakePredecessor(SealedObject item, SealingKey successor)
    {
        if (Find(item.Names[0]) is not null) return null;
        if (!SealedTo.OpenPredecessor(item, successor).TryGet(out SealingKey? old, out Fault fault)) return fault;
        _keys.Set(old.Public.KeyId, old);
        return null;
    }

    private Fault? TakeSegmentKey(Hash32 name, SealedObject item, SealingKey recipient, List<LabelledKey> found)
    {
        if (!SealedTo.OpenSegmentKey(item, recipient).TryGet(out (SealingKey Key, string Label) opened, out Fault fault)) return fault;
        _keys.Set(opened.Key.Public.KeyId, opened.Key);
        _opened.Set(name, (item.Segment!.Value, opened.Key.Public.KeyId, opened.Label));
        found.Add(new LabelledKey(item.Segment.Value, opened.Key, opened.Label));
        return null;
    }
}

/// <summary>A segment's private key and what the segment is for.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Key">One of its private keys.</param>
/// <param name="Label">What it is for.</param>
internal sealed record LabelledKey(Id16 Segment, SealingKey Key, string Label);
