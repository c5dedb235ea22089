using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Client.Consent;

/// <summary>Makes the sealed objects that a grant gives its grantee.</summary>
internal static class GrantObjects
{
    /// <summary>For whole segments: each segment's newest private key to read, a card with the labels to deposit.</summary>
    public static Fault? ForSegments(
        LedgerClient client, IReadOnlyList<KnownSegment> segments, Func<KnownSegment, SealingKey?> keyOf, Rights rights, PublicKey grantee, List<Hash32> names, List<ReadOnlyMemory<byte>> objects)
    {
        if (rights.HasFlag(Rights.Read))
        {
            foreach (KnownSegment segment in segments)
            {
                if (keyOf(segment) is not { } key) return new Fault(FaultCode.KeyMissing, $"The newest key of segment \"{segment.Label}\" is not at hand.");
                Add(SealedTo.SegmentKey(client.Random, segment.Segment, key, segment.Label, grantee), names, objects);
            }
        }
        if (rights.HasFlag(Rights.Deposit))
            Add(SealedTo.DepositCard(client.Random, [.. segments.Select(segment => new LabelledSegment(segment.Label, segment.Segment))], grantee), names, objects);
        return null;
    }

    /// <summary>For single records: their keys.</summary>
    public static void ForRecords(LedgerClient client, IReadOnlyList<RecordKeyPair> keys, PublicKey grantee, List<Hash32> names, List<ReadOnlyMemory<byte>> objects)
    {
        foreach (RecordKeyPair[] chunk in keys.Chunk(RecordsPerObject)) Add(SealedTo.RecordKeys(client.Random, chunk, grantee), names, objects);
    }

    private const int RecordsPerObject = SealedTo.RecordsMax;

    private static void Add(byte[] bytes, List<Hash32> names, List<ReadOnlyMemory<byte>> objects)
    {
        names.Add(VaultObject.NameOf(bytes));
        objects.Add(bytes);
    }
}
