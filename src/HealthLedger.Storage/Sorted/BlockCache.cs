using System.Collections.Concurrent;

namespace HealthLedger.Storage.Sorted;

/// <summary>Checked blocks of runs in memory, bounded in bytes for the whole store; the oldest unused go first (second chance).</summary>
internal sealed class BlockCache(long bytesMax)
{
    private readonly ConcurrentDictionary<(long Run, int Block), Slot> _slots = new();
    private readonly ConcurrentQueue<(long Run, int Block)> _order = new();
    private long _bytes, _nextRun;

    private sealed class Slot(byte[] bytes)
    {
        public readonly byte[] Bytes = bytes;
        public volatile bool Used;
    }

    /// <summary>A number that no other run of this cache has.</summary>
    public long NewRun() => Interlocked.Increment(ref _nextRun);

    public bool TryGet(long run, int block, out byte[] bytes)
    {
        if (_slots.TryGetValue((run, block), out Slot? slot))
        {
            slot.Used = true;
            bytes = slot.Bytes;
            return true;
        }
        bytes = [];
        return false;
    }

    public void Add(long run, int block, byte[] bytes)
    {
        if (bytes.Length > bytesMax || !_slots.TryAdd((run, block), new Slot(bytes))) return;
        _order.Enqueue((run, block));
        long held = Interlocked.Add(ref _bytes, bytes.Length);
        while (held > bytesMax && _order.TryDequeue(out (long, int) oldest))
        {
            if (!_slots.TryGetValue(oldest, out Slot? slot)) continue;
            if (slot.Used)
            {
                slot.Used = false;
                _order.Enqueue(oldest);
                continue;
            }
            if (_slots.TryRemove(oldest, out slot)) held = Interlocked.Add(ref _bytes, -slot.Bytes.Length);
        }
    }
}
