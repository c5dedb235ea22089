using HealthLedger.Protocol;
using HealthLedger.Protocol.Merkle;
using HealthLedger.Protocol.State;
using HealthLedger.Storage.Health;
using HealthLedger.Storage.Logs;
using HealthLedger.Storage.Objects;
using HealthLedger.Storage.Sorted;
using HealthLedger.Storage.State;
using HealthLedger.Storage.Trees;

namespace HealthLedger.Storage.Scrubbing;

/// <summary>
/// Reads a whole store again at a bounded rate and checks everything: votes against their twin, blocks, certificates and rows against
/// their checksums, objects and tiles against their hashes. Findings go to <see cref="StoreHealth"/>; the caller heals. Reads come
/// through the system's cache, so a page that is still cached is not read from the disk again.
/// </summary>
public sealed class Scrubber : IAsyncDisposable
{
    private const int PauseBytes = 256 << 10;
    private readonly ReplicaStore _store;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _one = new(1);
    private Task _loop = Task.CompletedTask;
    private long _read, _unpaused;

    /// <summary>A scrubber of a store; nothing runs yet.</summary>
    public Scrubber(ReplicaStore store) => (_store, _time) = (store, store.Time);

    /// <summary>Starts passes in the background, with a pause between two.</summary>
    public void Start(TimeSpan pause) => _loop = Task.Run(() => RunAsync(pause));

    /// <summary>One pass over everything, at the store's <see cref="StorageOptions.ScrubBytesPerSecond"/>.</summary>
    public async ValueTask<ScrubReport> RunOnceAsync(CancellationToken cancel = default)
    {
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            long began = _time.GetTimestamp(), before = _store.Health.Total;
            (_read, _unpaused) = (0, 0);
            _store.VerifyPresent();
            await CountAsync(_store.Votes.Verify(), cancel).ConfigureAwait(false);
            await ReadRowsAsync(_store.Blocks.Log, (byte)'h', key => _store.Blocks.TryRead(new Hash32(key.Span[1..]))?.Bytes.Length ?? 0, cancel).ConfigureAwait(false);
            await ReadRowsAsync(_store.Blocks.Log, (byte)'c', ReadCertificate, cancel).ConfigureAwait(false);
            foreach (ObjectVault vault in new ObjectVault[] { _store.Objects, _store.Keys })
                await ReadRowsAsync(vault.Log, (byte)'o', key => vault.TryGet(new Hash32(key.Span[1..]))?.Length ?? 0, cancel).ConfigureAwait(false);
            foreach (IndexedLog log in new[] { _store.Blocks.Log, _store.Objects.Log, _store.Keys.Log })
                await VerifyRunsAsync(log.Index, log.Rebuild, cancel).ConfigureAwait(false);
            foreach (StateStore state in _store.OpenStates)
                await VerifyRunsAsync(state.Sorted, damage => state.Damaged(damage), cancel).ConfigureAwait(false);
            foreach (TreeStore tree in _store.OpenTrees) await VerifyTreeAsync(tree, cancel).ConfigureAwait(false);
            ScrubReport report = new(_read, _store.Health.Total - before, _time.GetElapsedTime(began));
            _store.Metrics.Scrubbed(report);
            return report;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Ends the background passes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _end.Dispose();
        _one.Dispose();
    }

    private async Task RunAsync(TimeSpan pause)
    {
        try
        {
            while (_store.Health.Failure is null)
            {
                await RunOnceAsync(_end.Token).ConfigureAwait(false);
                await Task.Delay(pause, _time, _end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The end was asked for.
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            _store.Health.Report(new Damage(DamageKind.Manifest, "", -1, DamageOutcome.Open, $"The scrubber ended: {failure.Message}"));
        }
    }

    private long ReadCertificate(ReadOnlyMemory<byte> key)
    {
        uint shard = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(key.Span[1..]);
        ulong height = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(key.Span[5..]);
        return _store.Blocks.Certificate(shard, height)?.Length ?? 0;
    }

    private async ValueTask ReadRowsAsync(IndexedLog log, byte table, Func<ReadOnlyMemory<byte>, long> read, CancellationToken cancel)
    {
        ReadOnlyMemory<byte> prefix = new[] { table }, after = default;
        // Row by row from a key on: what is written meanwhile does not disturb the walk, and no old view is held for hours.
        while (log.FindFirst(prefix, after) is { } row)
        {
            after = row.Key.ToArray();
            await CountAsync(read(after) + RecordFrame.HeaderBytes, cancel).ConfigureAwait(false);
        }
    }

    private async ValueTask VerifyRunsAsync(SortedStore rows, Action<DamagedRunException> damaged, CancellationToken cancel)
    {
        foreach (RunFile run in rows.View.Runs)
        {
            for (int block = 0; block < run.Blocks; block++)
            {
                int read;
                try
                {
                    read = run.Verify(block);
                }
                catch (DamagedRunException damage)
                {
                    damaged(damage);
                    return;
                }
                await CountAsync(read, cancel).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask VerifyTreeAsync(TreeStore tree, CancellationToken cancel)
    {
        ulong size = tree.Size;
        for (int level = 0; level < 8 && size >> (level * Tile.Height) >= Tile.FullWidth; level++)
        {
            ulong tiles = size >> (level * Tile.Height) >> Tile.Height;
            for (ulong index = 0; index < tiles; index++)
            {
                try
                {
                    tree.Verify(level, index);
                }
                catch (TreeDamagedException)
                {
                    // It has reported itself; the next tiles may be sound.
                }
                await CountAsync(Tile.FullWidth * Hash32.Length, cancel).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask CountAsync(long bytes, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _read += bytes;
        _unpaused += bytes;
        if (_unpaused < PauseBytes) return;
        TimeSpan pause = TimeSpan.FromSeconds((double)_unpaused / _store.Options.ScrubBytesPerSecond);
        _unpaused = 0;
        await Task.Delay(pause, _time, cancel).ConfigureAwait(false);
    }
}
