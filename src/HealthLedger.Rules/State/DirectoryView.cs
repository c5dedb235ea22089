using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using HealthLedger.Protocol;
using HealthLedger.Protocol.State;

namespace HealthLedger.Rules.State;

/// <summary>
/// The directory as of one height of shard 0: who the organizations are and which keys sign for them. Rows are decoded once, so keep the
/// object while the height stays. Safe for several threads. A lookup costs one dictionary access after the first.
/// </summary>
/// <param name="rows">Shard 0's rows as of that height.</param>
public sealed class DirectoryView(IRowReader rows)
{
    /// <summary>Decoded rows that are kept; a directory has no more organizations than this.</summary>
    private const int KeptMax = 4_096 * 16;

    private readonly ConcurrentDictionary<Hash32, OrganizationRow> _organizations = new();
    private readonly ConcurrentDictionary<(Hash32, Hash32), KeyRow> _keys = new();

    /// <summary>True for the keys of rows that this reads: where such a row changes, a new view is due.</summary>
    public static bool Reads(ReadOnlySpan<byte> rowKey) => !rowKey.IsEmpty && (Table)rowKey[0] is Table.Key or Table.Organization;

    /// <summary>Finds an organization by the id of its did.</summary>
    public bool TryGet(Hash32 did, [NotNullWhen(true)] out OrganizationRow? organization)
    {
        if (_organizations.TryGetValue(did, out organization)) return true;
        RowKey key = RowKey.Of(Table.Organization, did);
        if (!rows.TryGet(key.Span, out ReadOnlyMemory<byte> value)) return false;
        organization = OrganizationRow.Decode(value.Span);
        if (_organizations.Count < KeptMax) _organizations.TryAdd(did, organization);
        return true;
    }

    /// <summary>Finds a signing key of an organization.</summary>
    public bool TryGetKey(Hash32 did, Hash32 keyId, [NotNullWhen(true)] out KeyRow? found)
    {
        if (_keys.TryGetValue((did, keyId), out found)) return true;
        RowKey key = RowKey.Of(Table.Key, did).Add(keyId);
        if (!rows.TryGet(key.Span, out ReadOnlyMemory<byte> value)) return false;
        found = KeyRow.Decode(value.Span);
        if (_keys.Count < KeptMax) _keys.TryAdd((did, keyId), found);
        return true;
    }
}
