using HealthLedger.Protocol;

namespace HealthLedger.Storage.Snapshots;

/// <summary>A snapshot as a database holds it: nothing in it is readable to the database but numbers, and none of it is believed before its seal was opened.</summary>
/// <param name="Place">Whose it is and of what.</param>
/// <param name="Shard">The shard it is of.</param>
/// <param name="Height">The block it stands on.</param>
/// <param name="Header">That block's header hash.</param>
/// <param name="Format">The version of the payload's form.</param>
/// <param name="Due">When something is to be done about it, in milliseconds since 1970; null for never.</param>
/// <param name="Sealed">The sealed payload.</param>
public sealed record SnapshotRow(RowPlace Place, int Shard, long Height, Hash32 Header, int Format, long? Due, ReadOnlyMemory<byte> Sealed);

/// <summary>The name of a row.</summary>
/// <param name="Owner">The member and secret it was sealed under; members that share a database do not see each other's rows.</param>
/// <param name="Kind">What it is a snapshot of.</param>
/// <param name="Key">A keyed hash of the thing's name.</param>
public readonly record struct RowPlace(Hash32 Owner, SnapshotKind Kind, Hash32 Key);

/// <summary>A row to be put, or to be deleted.</summary>
/// <param name="Place">Which.</param>
/// <param name="Row">What is put; null deletes.</param>
public readonly record struct SnapshotChange(RowPlace Place, SnapshotRow? Row)
{
    /// <summary>Bytes that this change holds in memory, about.</summary>
    public int Weight => 256 + (Row?.Sealed.Length ?? 0);
}

/// <summary>Where the next page of a list by due time begins: after this row.</summary>
/// <param name="Due">Its due time.</param>
/// <param name="Key">Its key.</param>
public readonly record struct DueCursor(long Due, Hash32 Key)
{
    /// <summary>Before every row.</summary>
    public static DueCursor Start => new(long.MinValue, Hash32.Zero);
}

/// <summary>A member of a shared set.</summary>
/// <param name="Set">The set: a hash of its name.</param>
/// <param name="Id">The member: a hash of it.</param>
/// <param name="Expires">Until when it is remembered, in milliseconds since 1970.</param>
public readonly record struct SetEntry(Hash32 Set, Hash32 Id, long Expires);
