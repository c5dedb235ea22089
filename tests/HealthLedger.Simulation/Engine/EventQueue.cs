namespace HealthLedger.Simulation.Engine;

/// <summary>What happens at some time.</summary>
public enum EventKind : byte
{
    /// <summary>A message reaches a node.</summary>
    Deliver,

    /// <summary>A node's disk finishes a flush.</summary>
    Flush,

    /// <summary>A block's execution ends.</summary>
    ExecutionDone,

    /// <summary>A fetch of missing blocks ends.</summary>
    FetchDone,

    /// <summary>A leader's fetch of its base ends.</summary>
    BaseDone,

    /// <summary>A node's timer.</summary>
    Tick,

    /// <summary>A client hands in a statement.</summary>
    Client,

    /// <summary>Something breaks or is repaired.</summary>
    Nemesis,

    /// <summary>A configuration becomes known to a node.</summary>
    Learn,

    /// <summary>A node that is to join is started.</summary>
    Join,

    /// <summary>The liars take a turn.</summary>
    Liars,

    /// <summary>A directed scenario acts.</summary>
    Script,

    /// <summary>The network goes down.</summary>
    Outage,

    /// <summary>The network heals, whoever is down comes back.</summary>
    Heal,
}

/// <summary>One event. <see cref="Life"/> is the life of the node it belongs to: a restart makes local events of the life before void.</summary>
public readonly record struct SimEvent(EventKind Kind, int Node, int Life, object? Payload);

/// <summary>A binary heap by (time, order of insertion). Insertion order breaks ties, so a schedule replays exactly.</summary>
public sealed class EventQueue
{
    private readonly List<(ulong Key, SimEvent Event)> _heap = [];
    private ulong _sequence;

    /// <summary>Events waiting.</summary>
    public int Count => _heap.Count;

    /// <summary>Adds an event at <paramref name="time"/> milliseconds.</summary>
    public void Add(long time, in SimEvent item)
    {
        _heap.Add((((ulong)time << 28) | (_sequence++ & 0xFFFFFFF), item));
        int i = _heap.Count - 1;
        while (i > 0)
        {
            int parent = (i - 1) >> 1;
            if (_heap[parent].Key <= _heap[i].Key) break;
            (_heap[parent], _heap[i]) = (_heap[i], _heap[parent]);
            i = parent;
        }
    }

    /// <summary>Takes the earliest event.</summary>
    public SimEvent Take(out long time)
    {
        (ulong key, SimEvent first) = _heap[0];
        time = (long)(key >> 28);
        int last = _heap.Count - 1;
        _heap[0] = _heap[last];
        _heap.RemoveAt(last);
        int i = 0;
        while (true)
        {
            int child = 2 * i + 1;
            if (child >= last) break;
            if (child + 1 < last && _heap[child + 1].Key < _heap[child].Key) child++;
            if (_heap[i].Key <= _heap[child].Key) break;
            (_heap[i], _heap[child]) = (_heap[child], _heap[i]);
            i = child;
        }
        return first;
    }
}
