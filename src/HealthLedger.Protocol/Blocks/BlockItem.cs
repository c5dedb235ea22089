using System.Collections.Immutable;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Protocol.Blocks;

/// <summary>One item of a block's body (FORMATS.md section 3).</summary>
public abstract record BlockItem
{
    private protected BlockItem()
    {
    }

    /// <summary>Statements in it: 0 or 1.</summary>
    public virtual int StatementCount => 0;

    /// <summary>Entries that it makes.</summary>
    public virtual int EntryCount => 0;

    /// <summary>Leaves that the shard's tree takes for it.</summary>
    public abstract int LeafCount { get; }

    /// <summary>Writes the item.</summary>
    public abstract void Write(CborWriter writer);
}

/// <summary>A statement and its events: a leaf for the statement, then an entry per event.</summary>
public sealed record SubmissionItem(Submission Submission) : BlockItem
{
    internal const int Number = 0;

    /// <inheritdoc/>
    public override int StatementCount => 1;

    /// <inheritdoc/>
    public override int EntryCount => Submission.Events.Length;

    /// <inheritdoc/>
    public override int LeafCount => 1 + Submission.Events.Length;

    /// <inheritdoc/>
    public override void Write(CborWriter writer)
    {
        writer.WriteArrayStart(3);
        writer.WriteUInt(Number);
        writer.WriteBytes(Submission.Statement.Bytes.Span);
        writer.WriteEncoded(Submission.EventsEncoded.Span);
    }
}

/// <summary>A global checkpoint of the heads of shards 1 to N, ascending: one leaf. In shard 0, at most one a block, the last item.</summary>
public sealed record CheckpointItem(ImmutableArray<ShardHead> Heads) : BlockItem
{
    internal const int Number = 1;

    /// <inheritdoc/>
    public override int LeafCount => 1;

    /// <inheritdoc/>
    public override void Write(CborWriter writer)
    {
        writer.WriteArrayStart(2);
        writer.WriteUInt(Number);
        writer.WriteArrayStart(Heads.Length);
        foreach (ShardHead head in Heads) head.Write(writer);
    }

    /// <summary>The leaf that shard 0's tree takes: two hashes a head.</summary>
    public byte[] EncodeLeaf() => Leaf.EncodeCheckpoint(Heads.Length, ShardHead.Root(Heads.AsSpan()));
}

/// <summary>Ends a configuration in this shard: no leaf, alone in its block.</summary>
/// <param name="DirectoryHeight">The height of shard 0 that decided the next configuration.</param>
public sealed record StopItem(long DirectoryHeight) : BlockItem
{
    internal const int Number = 2;

    /// <inheritdoc/>
    public override int LeafCount => 0;

    /// <inheritdoc/>
    public override void Write(CborWriter writer)
    {
        writer.WriteArrayStart(2);
        writer.WriteUInt(Number);
        writer.WriteCount(DirectoryHeight);
    }
}

/// <summary>A statement some of whose events' bytes are gone; in storage and exports, never proposed. Leaves as for <see cref="SubmissionItem"/>.</summary>
/// <param name="Statement">The statement, never erased.</param>
/// <param name="Events">An event or its hash, in order.</param>
public sealed record ErasedItem(Statement Statement, ImmutableArray<StoredEvent> Events) : BlockItem
{
    internal const int Number = 3;

    /// <inheritdoc/>
    public override int StatementCount => 1;

    /// <inheritdoc/>
    public override int EntryCount => Events.Length;

    /// <inheritdoc/>
    public override int LeafCount => 1 + Events.Length;

    /// <inheritdoc/>
    public override void Write(CborWriter writer)
    {
        writer.WriteArrayStart(3);
        writer.WriteUInt(Number);
        writer.WriteBytes(Statement.Bytes.Span);
        writer.WriteArrayStart(Events.Length);
        foreach (StoredEvent stored in Events) stored.Write(writer);
    }
}

/// <summary>An event, or the hash of one whose bytes are gone or withheld.</summary>
public readonly struct StoredEvent
{
    private StoredEvent(Hash32 hash, Event? item) => (Hash, Event) = (hash, item);

    /// <summary>The event's hash.</summary>
    public Hash32 Hash { get; }

    /// <summary>The event; null where its bytes are gone or withheld.</summary>
    public Event? Event { get; }

    /// <summary>An event that is here.</summary>
    public static StoredEvent Of(Event item) => new(item.Hash, item);

    /// <summary>An event that is not here.</summary>
    public static StoredEvent Erased(Hash32 hash) => new(hash, null);

    /// <summary>Writes the event as bytes, or its hash in brackets.</summary>
    public void Write(CborWriter writer)
    {
        if (Event is { } item)
        {
            writer.WriteBytes(item.Bytes.Span);
            return;
        }
        writer.WriteArrayStart(1);
        writer.WriteHash(Hash);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the reader's fault says whether it is one.</summary>
    /// <param name="reader">Reads <paramref name="whole"/> from its start.</param>
    /// <param name="whole">The buffer that the event is a slice of.</param>
    public static StoredEvent Read(ref CborReader reader, ReadOnlyMemory<byte> whole)
    {
        if (reader.PeekType != CborType.Array) return Submission.TryReadEvent(ref reader, whole, out Event item) ? Of(item) : default;
        reader.ReadArrayStart(1);
        return Erased(reader.ReadHash());
    }
}
