namespace HealthLedger.Storage.Sorted;

/// <summary>A memory table that takes no more changes, and the mark that holds once it is written as a run.</summary>
internal sealed class FrozenTable(MemTable table, byte[] mark)
{
    public MemTable Table => table;

    public byte[] Mark => mark;

    /// <summary>The number to pin the runs under once this table is written, if any.</summary>
    public ulong? Pin { get; set; }

    /// <summary>True once all its changes may become durable (their log records are).</summary>
    public bool MayPersist { get; set; }
}
