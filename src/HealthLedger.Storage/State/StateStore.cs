using System.Buffers.Binary;
using HealthLedger.Protocol.State;
using HealthLedger.Storage.Background;
using HealthLedger.Storage.Files;
using HealthLedger.Storage.Health;
using HealthLedger.Storage.Sorted;

namespace HealthLedger.Storage.State;

/// <summary>
/// The rows of one shard after its last committed block. One writer; any number of readers, who may see part of a block while it is
/// being applied. Rows in memory are found in well under a microsecond; those on the disk cost one checked 4 KB block. Memory: at most
/// three times <see cref="StorageOptions.StateMemoryBytes"/>, a share of the block cache, and about two bytes for each row on the disk.
/// </summary>
public sealed class StateStore : IRowReader, IDisposable
{
    private const int FrozenMax = 2;
    private readonly SortedStore _rows;
    private readonly StorageOptions _options;
    private readonly StoreHealth _health;
    private readonly BackgroundWork _background;
    private readonly Func<ValueTask> _flush;

    internal StateStore(uint shard, IFileSystem files, string folder, StorageOptions options, BlockCache cache, StoreHealth health, BackgroundWork background, Func<ValueTask> flush)
    {
        (Shard, _options, _health, _background, _flush) = (shard, options, health, background, flush);
        _rows = SortedStore.Open(files, folder, options, cache, health);
        if (_rows.OpenDamage is { } damage)
        {
            _rows.Clear();
            health.Report(new Damage(DamageKind.State, damage.File, damage.Offset, DamageOutcome.Open, "The state of a shard is damaged and was emptied: replay or replace it.", shard));
        }
        AppliedHeight = HeightOf(_rows.PersistedMark.Span);
    }

    /// <summary>The largest key and value, in bytes.</summary>
    public const int KeyBytesMax = 255, ValueBytesMax = 32 << 10;

    /// <summary>The shard.</summary>
    public uint Shard { get; }

    /// <summary>The height whose changes are in; null for a state that has none. After a crash, that of the last rows on the disk.</summary>
    public ulong? AppliedHeight { get; private set; }

    internal SortedStore Sorted => _rows;

    /// <inheritdoc/>
    /// <exception cref="StateDamagedException">Rows on the disk are damaged.</exception>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        try
        {
            return _rows.TryGet(key, out value);
        }
        catch (DamagedRunException damage)
        {
            throw Damaged(damage);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="StateDamagedException">Rows on the disk are damaged.</exception>
    public IEnumerable<Row> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after = default) => Guard(_rows.Scan(prefix, after));

    /// <summary>
    /// Applies a committed block's changes. Stage its commit in the block log first: rows reach the disk only after what was staged
    /// before. May wait for the disk when rows come faster than it takes them.
    /// </summary>
    /// <exception cref="ArgumentException">The height is not above <see cref="AppliedHeight"/>, or a key or value is too long.</exception>
    public void Apply(ulong height, IReadOnlyList<RowChange> changes)
    {
        if (AppliedHeight >= height) throw new ArgumentException($"Height {height} of shard {Shard} is applied already (at {AppliedHeight}).", nameof(height));
        foreach (RowChange change in changes) Check(change.Key, change.Value ?? default);
        foreach (RowChange change in changes)
        {
            if (change.Value is { } value) _rows.Set(change.Key.Span, value.Span);
            else _rows.Remove(change.Key.Span);
        }
        AppliedHeight = height;
        if (_rows.ActiveBytes < _options.StateMemoryBytes) return;
        Freeze(pin: null);
        // More waiting tables than that would be unbounded memory: the writer waits instead.
        if (_rows.FrozenCount > FrozenMax) PersistFrozen();
    }

    /// <summary>
    /// The rows as they are now. The snapshot is also kept on the disk under its height, once written in the background, until
    /// <see cref="ReleaseSnapshots"/>; see <see cref="OpenSnapshot"/>.
    /// </summary>
    public StateSnapshot TakeSnapshot()
    {
        ulong height = AppliedHeight ?? 0;
        Freeze(height);
        return new StateSnapshot(this, _rows.View with { Active = null }, height);
    }

    /// <summary>A snapshot taken earlier, also before a restart; null where it never reached the disk or was released.</summary>
    public StateSnapshot? OpenSnapshot(ulong height) => _rows.OpenPin(height) is { } view ? new StateSnapshot(this, view, height) : null;

    /// <summary>Lets go of the snapshots below a height.</summary>
    public void ReleaseSnapshots(ulong below) => _rows.Unpin(below);

    /// <summary>Replaces everything by the rows of a snapshot from elsewhere that the caller has checked; durable on return.</summary>
    /// <param name="height">The height that the rows are of.</param>
    /// <param name="rows">All rows, each key once.</param>
    public void ReplaceFrom(ulong height, IEnumerable<Row> rows)
    {
        Clear();
        foreach (Row row in rows)
        {
            Check(row.Key, row.Value);
            _rows.Set(row.Key.Span, row.Value.Span);
            if (_rows.ActiveBytes < _options.StateMemoryBytes) continue;
            // No mark yet: a crash half way finds an empty state.
            if (_rows.Freeze([]) is { } part) part.MayPersist = true;
            _rows.Persist();
        }
        if (_rows.Freeze(MarkOf(height)) is { } last) last.MayPersist = true;
        _rows.Persist();
        AppliedHeight = height;
    }

    /// <summary>Forgets every row, so that the blocks can be replayed from the start; durable on return.</summary>
    public void Clear()
    {
        _rows.Clear();
        AppliedHeight = null;
        _health.HealedAll(file => file.StartsWith(_rows.Folder, StringComparison.Ordinal));
    }

    /// <summary>Writes everything applied to the disk; for a clean end. What it rests on in the logs must be durable.</summary>
    internal void PersistAll()
    {
        if (AppliedHeight is { } height && _rows.Freeze(MarkOf(height)) is { } frozen) frozen.MayPersist = true;
        foreach (FrozenTable table in _rows.View.Frozen) table.MayPersist = true;
        Persist();
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _rows.Dispose();

    internal IEnumerable<Row> Guard(IEnumerable<Row> rows)
    {
        using IEnumerator<Row> each = rows.GetEnumerator();
        while (true)
        {
            try
            {
                if (!each.MoveNext()) yield break;
            }
            catch (DamagedRunException damage)
            {
                throw Damaged(damage);
            }
            yield return each.Current;
        }
    }

    internal StateDamagedException Damaged(DamagedRunException damage)
    {
        _health.Report(new Damage(DamageKind.State, damage.File, damage.Offset, DamageOutcome.Open, "Rows of a shard's state are damaged.", Shard, AppliedHeight));
        return new StateDamagedException(Shard, damage.File);
    }

    private void Freeze(ulong? pin)
    {
        if (_rows.Freeze(MarkOf(AppliedHeight ?? 0), pin) is not null) _background.Post($"state-{Shard}", PersistFrozen);
    }

    private void PersistFrozen()
    {
        IReadOnlyList<FrozenTable> frozen = _rows.View.Frozen;
        _flush().AsTask().GetAwaiter().GetResult();
        foreach (FrozenTable table in frozen) table.MayPersist = true;
        Persist();
    }

    private void Persist()
    {
        try
        {
            _rows.Persist();
        }
        catch (DamagedRunException damage)
        {
            Damaged(damage);
        }
    }

    private static void Check(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        if (key.Length is 0 or > KeyBytesMax) throw new ArgumentException($"A row's key has 1 to {KeyBytesMax} bytes, not {key.Length}.");
        if (value.Length > ValueBytesMax) throw new ArgumentException($"A row's value has at most {ValueBytesMax} bytes, not {value.Length}.");
    }

    private static byte[] MarkOf(ulong height)
    {
        byte[] mark = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(mark, height);
        return mark;
    }

    private static ulong? HeightOf(ReadOnlySpan<byte> mark) => mark.Length == 8 ? BinaryPrimitives.ReadUInt64BigEndian(mark) : null;
}
