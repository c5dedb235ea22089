using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Hashing;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Protocol.Statements;

/// <summary>
/// A statement and the events it covers: <c>[statement, [+ event]]</c>, at most 1 MiB (FORMATS.md section 1). The events are slices of the
/// one buffer and are hashed as they are read. Decoding checks the form alone: <see cref="CheckShape"/> ties the events to the
/// statement, <see cref="CheckPlace"/> both to a network, <see cref="Statement.Verify"/> asks for the signature. Immutable.
/// </summary>
public sealed class Submission
{
    /// <summary>Most bytes of an encoded submission.</summary>
    public const int BytesMax = 1024 * 1024;

    internal Submission(Statement statement, ImmutableArray<Event> events, ReadOnlyMemory<byte> eventsEncoded) =>
        (Statement, Events, EventsEncoded) = (statement, events, eventsEncoded);

    /// <summary>What the author signed.</summary>
    public Statement Statement { get; }

    /// <summary>The events in order, 1 to 1,024. Use <c>ItemRef</c> or <c>AsSpan</c> where copies of 100 bytes count.</summary>
    public ImmutableArray<Event> Events { get; }

    /// <summary>The encoded list of encoded events, as it stands in a submission and in a block.</summary>
    public ReadOnlyMemory<byte> EventsEncoded { get; }

    /// <summary>Bytes of the wire form.</summary>
    public int Length => 1 + (Statement.Bytes.Length < 256 ? 2 : 3) + Statement.Bytes.Length + EventsEncoded.Length;

    /// <summary>Reads a submission: one hash an event, two for the statement, two arrays.</summary>
    public static Result<Submission> Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"A submission has at most {BytesMax} bytes.");
        CborReader reader = new(bytes.Span);
        reader.ReadArrayStart(2);
        Submission? submission = ReadParts(ref reader, bytes);
        return reader.End() ? submission! : reader.Fault;
    }

    /// <summary>The wire form.</summary>
    public byte[] Encode()
    {
        CborWriter writer = new(Length);
        writer.WriteArrayStart(2);
        writer.WriteBytes(Statement.Bytes.Span);
        writer.WriteEncoded(EventsEncoded.Span);
        return writer.ToArray();
    }

    /// <summary>The root over the events' hashes: one hash an event.</summary>
    public Hash32 ComputeEventsRoot()
    {
        Hash32[] hashes = ArrayPool<Hash32>.Shared.Rent(Events.Length);
        CopyEventHashes(hashes);
        Hash32 root = MerkleTree.Root(hashes.AsSpan(0, Events.Length));
        ArrayPool<Hash32>.Shared.Return(hashes);
        return root;
    }

    /// <summary>Writes the hash of every event, in order.</summary>
    public void CopyEventHashes(Span<Hash32> hashes)
    {
        ReadOnlySpan<Event> events = Events.AsSpan();
        for (int i = 0; i < events.Length; i++) hashes[i] = events[i].Hash;
    }

    /// <summary>A fault unless these are exactly the events that the statement covers; null when they are. One hash an event.</summary>
    public Fault? CheckShape()
    {
        if (Statement.Count != Events.Length) return new Fault(FaultCode.ProofInvalid, $"The statement covers {Statement.Count} events, and {Events.Length} are here.");
        return ComputeEventsRoot() == Statement.EventsRoot ? null : new Fault(FaultCode.ProofInvalid, "The events are not those under the statement's eventsRoot.");
    }

    /// <summary>A fault unless statement and events belong to this network and to the statement's shard; null when they do. At most one hash an event, fewer where subjects repeat.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="shards">Its number of shards, the directory not counted.</param>
    public Fault? CheckPlace(string network, int shards)
    {
        if (Statement.Network != network) return new Fault(FaultCode.FormatValue, "The statement is for another network.");
        if (Statement.Shard > shards) return new Fault(FaultCode.FormatValue, $"There is no shard {Statement.Shard} in this network.");
        ReadOnlySpan<byte> last = default;
        foreach (ref readonly Event item in Events.AsSpan())
        {
            ReadOnlySpan<byte> subject = item.SubjectUtf8;
            if (subject.SequenceEqual(last)) continue;
            if (Shards.Of(subject, shards) != Statement.Shard) return new Fault(FaultCode.FormatValue, "The subject of an event belongs to another shard.");
            last = subject;
        }
        return null;
    }

    /// <summary>Reads <c>statement, [+ event]</c>, the last two items of a submission and of a block's item; null when the reader failed.</summary>
    /// <param name="reader">Reads <paramref name="whole"/> from its start.</param>
    /// <param name="whole">The buffer that the slices are of.</param>
    internal static Submission? ReadParts(ref CborReader reader, ReadOnlyMemory<byte> whole)
    {
        Statement? statement = ReadStatement(ref reader, whole);
        if (statement is null) return null;
        int start = reader.Position;
        int count = reader.ReadArrayStart();
        if (!reader.Failed && count is 0 or > Statement.EventsMax) reader.Fail($"A statement covers 1 to {Statement.EventsMax} events.", FaultCode.FormatLimit);
        if (reader.Failed) return null;
        Event[] events = new Event[count];
        for (int i = 0; i < count; i++)
            if (!TryParseEvent(ref reader, whole, out events[i])) return null;
        HashTogether(events);
        Submission submission = new(statement, ImmutableCollectionsMarshal.AsImmutableArray(events), whole[start..reader.Position]);
        if (submission.Length <= BytesMax) return submission;
        reader.Fail($"A submission has at most {BytesMax} bytes.", FaultCode.FormatLimit);
        return null;
    }

    internal static Statement? ReadStatement(ref CborReader reader, ReadOnlyMemory<byte> whole)
    {
        int length = reader.ReadBytesUpTo(Statement.BytesMax).Length;
        if (reader.Failed) return null;
        if (Statement.Decode(whole.Slice(reader.Position - length, length)).TryGet(out Statement? statement, out Fault fault)) return statement;
        reader.Fail(fault.Message, fault.Code);
        return null;
    }

    internal static bool TryReadEvent(ref CborReader reader, ReadOnlyMemory<byte> whole, out Event decoded)
    {
        if (!TryParseEvent(ref reader, whole, out decoded)) return false;
        decoded = decoded.WithHash(TreeHash.Leaf(decoded.Bytes.Span));
        return true;
    }

    private static bool TryParseEvent(ref CborReader reader, ReadOnlyMemory<byte> whole, out Event parsed)
    {
        parsed = default;
        int length = reader.ReadBytesUpTo(Event.BytesMax).Length;
        if (reader.Failed) return false;
        if (Event.TryParse(whole.Slice(reader.Position - length, length), out parsed, out Fault fault)) return true;
        reader.Fail(fault.Message, fault.Code);
        return false;
    }

    /// <summary>Hashes all events of a statement at once: processors with wide registers do 16 at a time.</summary>
    private static void HashTogether(Span<Event> events)
    {
        ReadOnlyMemory<byte>[] entries = ArrayPool<ReadOnlyMemory<byte>>.Shared.Rent(events.Length);
        Hash32[] hashes = ArrayPool<Hash32>.Shared.Rent(events.Length);
        for (int i = 0; i < events.Length; i++) entries[i] = events[i].Bytes;
        TreeHash.HashLeaves(entries.AsSpan(0, events.Length), hashes.AsSpan(0, events.Length));
        for (int i = 0; i < events.Length; i++) events[i] = events[i].WithHash(hashes[i]);
        // What lies in the pool must not keep the submission's buffer alive.
        entries.AsSpan(0, events.Length).Clear();
        ArrayPool<ReadOnlyMemory<byte>>.Shared.Return(entries);
        ArrayPool<Hash32>.Shared.Return(hashes);
    }
}
