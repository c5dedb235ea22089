using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using HealthLedger.Protocol;
using HealthLedger.Protocol.State;

namespace HealthLedger.Rules.State;

/// <summary>
/// The directory: who the organizations are, which keys sign for them, which configurations were decided. As of one height of shard 0 it says the same at
/// any later time, since what changes gets a row of its own with the height from which it holds. Rows are decoded once and shared with the views that
/// <see cref="At"/> makes, so keep the object until a row changes that it <see cref="Reads"/>. Safe for several threads. A lookup costs one dictionary access
/// after the first.
/// </summary>
public sealed class DirectoryView
{
    /// <summary>Decoded rows that are kept; a directory has hardly more organizations than this.</summary>
    private const int KeptMax = 4_096 * 16;

    private readonly record struct Since(long Height, OrganizationRow Organization);

    private sealed class Decoded
    {
        public ConcurrentDictionary<Hash32, Since[]> Organizations { get; } = new();

        public ConcurrentDictionary<(Hash32, Hash32), KeyRow> Keys { get; } = new();

        public ConcurrentDictionary<int, ConfigurationRow> Configurations { get; } = new();
    }

    private readonly IRowReader _rows;
    private readonly Decoded _decoded;

    /// <summary>The directory as of the newest of the rows.</summary>
    /// <param name="rows">Shard 0's rows.</param>
    public DirectoryView(IRowReader rows)
        : this(rows, long.MaxValue, new Decoded())
    {
    }

    private DirectoryView(IRowReader rows, long height, Decoded decoded) => (_rows, Height, _decoded) = (rows, height, decoded);

    /// <summary>The height of shard 0 as of which this reads; the largest number there is for the newest.</summary>
    public long Height { get; }

    /// <summary>The directory as of a height that the rows have reached, however far beyond they are.</summary>
    public DirectoryView At(long height) => new(_rows, height, _decoded);

    /// <summary>True for the keys of rows that this reads: where such a row changes, a new view is due.</summary>
    public static bool Reads(ReadOnlySpan<byte> rowKey) => !rowKey.IsEmpty && (Table)rowKey[0] is Table.Key or Table.Organization or Table.Configuration;

    /// <summary>Finds an organization by the id of its did; none that is withdrawn.</summary>
    public bool TryGet(Hash32 did, [NotNullWhen(true)] out OrganizationRow? organization)
    {
        organization = Newest(did);
        if (organization is { IsWithdrawn: true }) organization = null;
        return organization is not null;
    }

    /// <summary>Finds a signing key of an organization.</summary>
    public bool TryGetKey(Hash32 did, Hash32 keyId, [NotNullWhen(true)] out KeyRow? found)
    {
        found = null;
        if (Newest(did) is not { } organization || !organization.SigningKeys.Contains(keyId)) return false;
        if (_decoded.Keys.TryGetValue((did, keyId), out found)) return true;
        RowKey key = RowKey.Of(Table.Key, did).Add(keyId);
        if (!_rows.TryGet(key.Span, out ReadOnlyMemory<byte> value)) return false;
        found = KeyRow.Decode(value.Span);
        if (_decoded.Keys.Count < KeptMax) _decoded.Keys.TryAdd((did, keyId), found);
        return true;
    }

    /// <summary>A configuration that was decided by this height; null for none.</summary>
    public ConfigurationRow? Configuration(int number)
    {
        if (!_decoded.Configurations.TryGetValue(number, out ConfigurationRow? row))
        {
            RowKey key = RowKey.Of(Table.Configuration).Add((long)number);
            if (!_rows.TryGet(key.Span, out ReadOnlyMemory<byte> value)) return null;
            row = ConfigurationRow.Decode(value.Span);
            if (_decoded.Configurations.Count < KeptMax) _decoded.Configurations.TryAdd(number, row);
        }
        return row.DecidedHeight <= Height ? row : null;
    }

    /// <summary>What holds of an organization at this height, withdrawn or not.</summary>
    internal OrganizationRow? Newest(Hash32 did)
    {
        if (!_decoded.Organizations.TryGetValue(did, out Since[]? all))
        {
            RowKey key = RowKey.Of(Table.Organization, did);
            all = [.. _rows.Scan(key.ToArray()).Select(row => new Since(BinaryPrimitives.ReadInt64BigEndian(row.Key.Span[33..]), OrganizationRow.Decode(row.Value.Span)))];
            if (all.Length == 0) return null;
            if (_decoded.Organizations.Count < KeptMax) _decoded.Organizations.TryAdd(did, all);
        }
        for (int i = all.Length - 1; i >= 0; i--)
            if (all[i].Height <= Height) return all[i].Organization;
        return null;
    }
}
