using HealthLedger.Protocol.State;
using HealthLedger.Storage.Files;
using HealthLedger.Storage.Health;

namespace HealthLedger.Storage.Sorted;

/// <summary>
/// Rows by key, a log-structured merge tree: changes go to a table in memory, full tables become immutable runs, runs of one level are
/// merged into one of the next. Not durable by itself: after a crash it stands at <see cref="PersistedMark"/>, and its owner replays
/// its log from there. One writer; any number of readers.
/// </summary>
internal sealed class SortedStore : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly StorageOptions _options;
    private readonly BlockCache _cache;
    private readonly Lock _viewGate = new(), _diskGate = new();
    private readonly TwinFile _manifestFile;
    private readonly StoreHealth _health;
    private SortedManifest _manifest = SortedManifest.Empty;
    private volatile SortedView _view;

    private SortedStore(IFileSystem files, string folder, StorageOptions options, BlockCache cache, StoreHealth health)
    {
        (_files, _folder, _options, _cache, _health) = (files, folder, options, cache, health);
        files.CreateFolder(folder);
        _manifestFile = TwinFile.Open(files, folder, "manifest", health);
        _view = new SortedView(NewTable(), [], []);
    }

    /// <summary>The mark up to which everything is on the disk; empty for a new or lost store.</summary>
    public ReadOnlyMemory<byte> PersistedMark => _manifest.Mark;

    /// <summary>Where damage was found on opening, null where all is sound. The store is then empty: the owner rebuilds.</summary>
    public (string File, long Offset)? OpenDamage { get; private set; }

    /// <summary>Bytes of changes in memory.</summary>
    public long ActiveBytes => _view.Active!.Bytes;

    /// <summary>Tables waiting to be written.</summary>
    public int FrozenCount => _view.Frozen.Count;

    /// <summary>The levels as they are now.</summary>
    public SortedView View => _view;

    /// <summary>Paths of all files that belong to the store.</summary>
    public string Folder => _folder;

    public static SortedStore Open(IFileSystem files, string folder, StorageOptions options, BlockCache cache, StoreHealth health)
    {
        SortedStore store = new(files, folder, options, cache, health);
        SortedManifest? manifest = store._manifestFile.Value is { } bytes ? SortedManifest.Decode(bytes) : null;
        bool runsWithout = store._manifestFile.Value is null && files.List(folder).Any(IsRun);
        if (manifest is null)
        {
            if (store._manifestFile.Lost || store._manifestFile.Value is not null || runsWithout)
                store.OpenDamage = (Path.Combine(folder, "manifest-a"), 0);
            store.DeleteStrays();
            return store;
        }
        try
        {
            List<RunFile> runs = [.. manifest.Runs.Select(info => RunFile.Open(files, store.PathOf(info.Id), info, cache))];
            store._manifest = manifest;
            store._view = store._view with { Runs = runs };
        }
        catch (DamagedRunException damage)
        {
            store.OpenDamage = (damage.File, damage.Offset);
            store._manifest = SortedManifest.Empty with { NextRun = manifest.NextRun };
        }
        store.DeleteStrays();
        return store;
    }

    public void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => _view.Active!.Set(key, value, removed: false);

    public void Remove(ReadOnlySpan<byte> key) => _view.Active!.Set(key, [], removed: true);

    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value) => _view.TryGet(key, out value);

    public IEnumerable<Row> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after) => _view.Scan(prefix, after, keep: true);

    /// <summary>
    /// Closes the table in memory under a mark; null where it is empty, the mark unchanged and no pin asked for. Called by the writer.
    /// </summary>
    public FrozenTable? Freeze(byte[] mark, ulong? pin = null)
    {
        lock (_viewGate)
        {
            SortedView view = _view;
            if (pin is null && view.Active!.Count == 0 && view.Frozen.Count == 0 && mark.AsSpan().SequenceEqual(_manifest.Mark)) return null;
            FrozenTable frozen = new(view.Active!, mark) { Pin = pin };
            _view = view with { Active = NewTable(), Frozen = [frozen, .. view.Frozen] };
            return frozen;
        }
    }

    /// <summary>Writes the frozen tables that may be written, oldest first, then merges levels that are full.</summary>
    public void Persist()
    {
        lock (_diskGate)
        {
            while (_view.Frozen is [.., { MayPersist: true } oldest]) PersistOldest(oldest);
            while (MergeOnce()) { }
        }
    }

    /// <summary>Forgets every row, in memory and on disk.</summary>
    public void Clear()
    {
        lock (_diskGate)
            lock (_viewGate)
            {
                _view = new SortedView(NewTable(), [], []);
                Commit(SortedManifest.Empty with { NextRun = _manifest.NextRun });
                OpenDamage = null;
            }
    }

    /// <summary>The pinned rows of a number, or null where there is no such pin or it is damaged.</summary>
    public SortedView? OpenPin(ulong number)
    {
        lock (_diskGate)
        {
            SortedPin? pin = _manifest.Pins.FirstOrDefault(pin => pin.Number == number);
            if (pin is null) return null;
            Dictionary<ulong, RunFile> open = _view.Runs.ToDictionary(run => run.Info.Id);
            try
            {
                return new SortedView(null, [], [.. pin.Runs.Select(info => open.TryGetValue(info.Id, out RunFile? run) ? run : RunFile.Open(_files, PathOf(info.Id), info, _cache))]);
            }
            catch (DamagedRunException damage)
            {
                _health.Report(new Damage(DamageKind.State, damage.File, damage.Offset, DamageOutcome.Open, "A run of a pinned snapshot is damaged."));
                return null;
            }
        }
    }

    /// <summary>Drops the pins below a number and the runs only they kept.</summary>
    public void Unpin(ulong below)
    {
        lock (_diskGate)
        {
            if (_manifest.Pins.All(pin => pin.Number >= below)) return;
            Commit(_manifest with { Pins = [.. _manifest.Pins.Where(pin => pin.Number >= below)] });
            DeleteStrays();
        }
    }

    public void Dispose()
    {
        foreach (RunFile run in _view.Runs) run.Close();
    }

    private MemTable NewTable() => new(_options.Random());

    private void PersistOldest(FrozenTable oldest)
    {
        List<RunFile> added = [];
        ulong next = _manifest.NextRun;
        if (oldest.Table.Count > 0)
        {
            IEnumerable<SortedRow> rows = oldest.Table.Scan(default, default);
            // With nothing below there is nothing that a removal mark could hide.
            if (_manifest.Runs.Count == 0) rows = rows.Where(row => !row.IsRemoved);
            if (WriteRun(next++, 0, oldest.Table.Count, rows) is { } run) added.Add(run);
        }
        Install(runs => [.. added, .. runs], next, oldest.Mark, oldest);
        if (oldest.Pin is { } number) PinNow(number);
    }

    private bool MergeOnce()
    {
        IReadOnlyList<RunFile> runs = _view.Runs;
        for (int start = 0; start < runs.Count;)
        {
            int end = start + 1;
            while (end < runs.Count && runs[end].Info.Level == runs[start].Info.Level) end++;
            if (end - start >= _options.RunsPerLevel)
            {
                Merge(runs, start, end);
                return true;
            }
            start = end;
        }
        return false;
    }

    private void Merge(IReadOnlyList<RunFile> runs, int start, int end)
    {
        List<RunFile> merged = [.. runs.Skip(start).Take(end - start)];
        IEnumerable<SortedRow> rows = MergedRows.Merge([.. merged.Select(run => run.Scan(default, default, keep: false))]);
        if (end == runs.Count) rows = rows.Where(row => !row.IsRemoved);
        ulong next = _manifest.NextRun;
        RunFile? written = WriteRun(next, merged[0].Info.Level + 1, (int)Math.Min(int.MaxValue / 16, merged.Sum(run => run.Rows)), rows);
        Install(all => [.. all.Take(start), .. written is null ? Array.Empty<RunFile>() : [written], .. all.Skip(end)], next + 1, _manifest.Mark, null);
        DeleteStrays();
    }

    private RunFile? WriteRun(ulong id, int level, int rowsMax, IEnumerable<SortedRow> rows)
    {
        string path = PathOf(id);
        RunInfo info;
        bool any = false;
        using (RunWriter writer = new(_files.Open(path, FileUse.Buffered), id, rowsMax, _options.Random()))
        {
            foreach (SortedRow row in rows)
            {
                writer.Add(row);
                any = true;
            }
            info = writer.Finish(level);
        }
        if (!any)
        {
            _files.Delete(path);
            return null;
        }
        _files.FlushFolder(_folder);
        return RunFile.Open(_files, path, info, _cache);
    }

    private void Install(Func<IReadOnlyList<RunFile>, IReadOnlyList<RunFile>> change, ulong next, byte[] mark, FrozenTable? persisted)
    {
        IReadOnlyList<RunFile> runs = change(_view.Runs);
        Commit(_manifest with { NextRun = next, Mark = mark, Runs = [.. runs.Select(run => run.Info)] });
        lock (_viewGate) _view = _view with { Runs = runs, Frozen = [.. _view.Frozen.Where(frozen => frozen != persisted)] };
    }

    private void PinNow(ulong number) => Commit(_manifest with
    {
        Pins = [.. _manifest.Pins.Where(pin => pin.Number != number), new SortedPin(number, _manifest.Mark, _manifest.Runs)],
    });

    private void Commit(SortedManifest manifest)
    {
        _manifestFile.Write(manifest.Encode());
        _manifest = manifest;
    }

    private void DeleteStrays()
    {
        // A reader of an older view keeps its open handle; the bytes go when the last one lets go.
        HashSet<string> wanted = [.. _manifest.Runs.Concat(_manifest.Pins.SelectMany(pin => pin.Runs)).Select(run => FileName(run.Id))];
        bool any = false;
        foreach (string file in _files.List(_folder))
        {
            if (!IsRun(file) || wanted.Contains(file)) continue;
            _files.Delete(Path.Combine(_folder, file));
            any = true;
        }
        if (any) _files.FlushFolder(_folder);
    }

    private string PathOf(ulong id) => Path.Combine(_folder, FileName(id));

    private static string FileName(ulong id) => $"run-{id:D10}.rows";

    private static bool IsRun(string file) => file.StartsWith("run-", StringComparison.Ordinal) && file.EndsWith(".rows", StringComparison.Ordinal);
}
