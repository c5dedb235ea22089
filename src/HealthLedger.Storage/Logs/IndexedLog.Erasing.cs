using HealthLedger.Storage.Sorted;

namespace HealthLedger.Storage.Logs;

/// <summary>Erasing and replacing records for good, and winning back their space.</summary>
internal sealed partial class IndexedLog
{
    /// <summary>
    /// Removes index rows and overwrites their records on the disk; both hold across a crash once this returns. How many there were.
    /// </summary>
    public async ValueTask<int> EraseAsync(IReadOnlyList<byte[]> indexKeys)
    {
        await _erasing.WaitAsync().ConfigureAwait(false);
        try
        {
            int found = 0;
            lock (_gate)
            {
                foreach (byte[] indexKey in indexKeys)
                {
                    if (!TryFind(indexKey, out ReadOnlyMemory<byte> value)) continue;
                    Intend(RecordAddress.Read(value.Span), indexKey);
                    found++;
                }
            }
            await FlushAsync().ConfigureAwait(false);
            FinishErasures();
            return found;
        }
        finally
        {
            _erasing.Release();
        }
    }

    /// <summary>Stages a record in place of another of the same index key and overwrites the old one on the disk.</summary>
    public async ValueTask ReplaceAsync(byte[] indexKey, byte kind, byte[] key, ReadOnlyMemory<byte> payload)
    {
        await _erasing.WaitAsync().ConfigureAwait(false);
        try
        {
            lock (_gate)
            {
                RecordAddress? old = TryFind(indexKey, out ReadOnlyMemory<byte> value) ? RecordAddress.Read(value.Span) : null;
                Append(kind, key, payload.Span, out _);
                if (old is { } address) Intend(address, indexKey);
            }
            await FlushAsync().ConfigureAwait(false);
            FinishErasures();
        }
        finally
        {
            _erasing.Release();
        }
    }

    /// <summary>
    /// Rewrites the full segments of which at least half no longer counts: what still counts moves to the end of the log, then the file
    /// is deleted. How many.
    /// </summary>
    /// <param name="rowOf">The index key that leads to a record of a kind and key; null for a record without one, which moves as it is.</param>
    /// <param name="cancel">Ends between two segments.</param>
    public async ValueTask<int> CompactAsync(Func<byte, ReadOnlyMemory<byte>, byte[]?> rowOf, CancellationToken cancel)
    {
        int rewritten = 0;
        foreach (uint segment in Log.SegmentIds)
        {
            if (cancel.IsCancellationRequested) break;
            if (segment == Log.ActiveSegment || DeadBytes(segment) * 2 < Log.LengthOf(segment)) continue;
            await _erasing.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                if (!MoveLive(segment, rowOf)) continue;
                await FlushAsync().ConfigureAwait(false);
                // The index must not lead into the file, nor be replayed from it, before it goes.
                PersistAll();
                Log.DeleteSegment(segment);
                lock (_gate) Index.Remove(DeadKey(segment));
                rewritten++;
            }
            finally
            {
                _erasing.Release();
            }
        }
        return rewritten;
    }

    /// <summary>False where a record that counts is damaged: it must be healed first.</summary>
    private bool MoveLive(uint segment, Func<byte, ReadOnlyMemory<byte>, byte[]?> rowOf)
    {
        bool sound = true;
        Log.Scan(segment, record =>
        {
            if (record.IsGap)
            {
                sound = false;
                return;
            }
            if (record.Frame.Kind is RecordFrame.Erased or EraseIntent) return;
            lock (_gate)
            {
                byte[]? row = rowOf(record.Frame.Kind, record.Key);
                if (row is not null && (!TryFind(row, out ReadOnlyMemory<byte> value) || RecordAddress.Read(value.Span) != record.Address)) return;
                if (Log.TryRead(record.Address) is { } whole) Append(whole.Kind, whole.Key.Span, whole.Payload.Span, out _);
                else sound = false;
            }
        });
        return sound;
    }

    /// <summary>Overwrites what was meant to be erased. The intents must be durable.</summary>
    private void FinishErasures()
    {
        ReadOnlyMemory<byte> prefix = new[] { PendingErasureRow };
        while (FindFirst(prefix, default) is { } row)
        {
            Log.EraseInPlace(RecordAddress.Read(row.Key.Span[1..]));
            lock (_gate) Index.Remove(row.Key.Span);
        }
    }

    private void Intend(RecordAddress address, byte[] indexKey)
    {
        byte[] key = new byte[RecordAddress.EncodedBytes + indexKey.Length];
        address.Write(key);
        indexKey.CopyTo(key.AsSpan(RecordAddress.EncodedBytes));
        Append(EraseIntent, key, [], out _);
    }
}
