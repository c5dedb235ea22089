using System.Security.Cryptography;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Patients;

/// <summary>Makes the events and objects that open and rotate segments.</summary>
internal static class SegmentOpening
{
    /// <summary>An event whose body is written by <paramref name="body"/>.</summary>
    public static Result<Event> Event(RandomNumberGenerator random, uint type, LedgerDid subject, Action<CborWriter> body)
    {
        CborWriter writer = new(512);
        body(writer);
        return Protocol.Statements.Event.Create(type, subject.ToString(), Id16.Random(random), writer.WrittenSpan);
    }

    /// <summary>segment.open with a fresh key, sealed to those who control it.</summary>
    public static Result<Event> Open(RandomNumberGenerator random, LedgerDid patient, Id16 segment, string label, IReadOnlyList<PublicKey> controllers, List<ReadOnlyMemory<byte>> objects)
    {
        using SealingKey key = SealingKey.Generate(random);
        List<Hash32> names = Seal(random, segment, label, key, controllers, objects);
        SegmentOpenBody body = new() { Segment = segment, Key = key.Public, Objects = names };
        return Event(random, EventType.SegmentOpen, patient, body.Encode);
    }

    /// <summary>segment.rotate: a fresh key sealed to those who control it, its predecessor sealed under it. The new key is returned.</summary>
    public static Result<(Event Event, SealingKey Key)> Rotate(
        RandomNumberGenerator random, LedgerDid patient, Id16 segment, string label, SealingKey old, IReadOnlyList<PublicKey> controllers, List<ReadOnlyMemory<byte>> objects)
    {
        SealingKey key = SealingKey.Generate(random);
        List<Hash32> names = Seal(random, segment, label, key, controllers, objects);
        byte[] predecessor = SealedTo.Predecessor(random, segment, old, key.Public);
        objects.Add(predecessor);
        names.Add(VaultObject.NameOf(predecessor));
        SegmentRotateBody body = new() { Segment = segment, Key = key.Public, Objects = names };
        return Event(random, EventType.SegmentRotate, patient, body.Encode).TryGet(out Event rotated, out Fault fault) ? (rotated, key) : fault;
    }

    /// <summary>The segments that a record of the given labels needs, ids drawn at random, and the notes segment.</summary>
    public static Fault? OpenAll(
        RandomNumberGenerator random, LedgerDid patient, IReadOnlyList<string> labels, bool withNotes, IReadOnlyList<PublicKey> controllers, List<Event> events, List<ReadOnlyMemory<byte>> objects)
    {
        foreach (string label in labels)
        {
            if (!Open(random, patient, Id16.Random(random), label, controllers, objects).TryGet(out Event opened, out Fault fault)) return fault;
            events.Add(opened);
        }
        if (!withNotes) return null;
        if (!Open(random, patient, SegmentLabels.NotesSegment(patient), SegmentLabels.Notes, controllers, objects).TryGet(out Event notes, out Fault unfit)) return unfit;
        events.Add(notes);
        return null;
    }

    private static List<Hash32> Seal(RandomNumberGenerator random, Id16 segment, string label, SealingKey key, IReadOnlyList<PublicKey> controllers, List<ReadOnlyMemory<byte>> objects)
    {
        List<Hash32> names = [];
        foreach (PublicKey controller in controllers)
        {
            byte[] sealedKey = SealedTo.SegmentKey(random, segment, key, label, controller);
            objects.Add(sealedKey);
            names.Add(VaultObject.NameOf(sealedKey));
        }
        return names;
    }
}
