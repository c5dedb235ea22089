using HealthLedger.Protocol;

namespace HealthLedger.Client.Telemetry;

/// <summary>
/// What one request asked of the ledger, and how long it waited for it: gathered along the request's asynchronous flow, so that whoever serves the
/// request can say where the time went and which blocks it is in. Bounded. Safe for several threads.
/// </summary>
public sealed class Journey
{
    private const int PlacesMax = 8;
    private static readonly AsyncLocal<Journey?> Flow = new();

    private readonly Lock _gate = new();
    private readonly List<JourneyPlace> _places = [];
    private readonly Dictionary<string, TimeSpan> _stages = [];

    private Journey()
    {
    }

    /// <summary>The one of the code that runs now; null where nobody began one.</summary>
    public static Journey? Current => Flow.Value;

    /// <summary>Statements that were committed for it; the first eight.</summary>
    public IReadOnlyList<JourneyPlace> Places
    {
        get
        {
            lock (_gate) return [.. _places];
        }
    }

    /// <summary>Time spent in each stage. Stages may overlap: what runs at once counts each.</summary>
    public IReadOnlyList<KeyValuePair<string, TimeSpan>> Stages
    {
        get
        {
            lock (_gate) return [.. _stages];
        }
    }

    /// <summary>Begins one for the code that runs from here on.</summary>
    public static Journey Begin() => Flow.Value = new Journey();

    /// <summary>A statement was committed for the request.</summary>
    public void Note(int shard, long height, Hash32 statementId)
    {
        JourneyPlace place = new(shard, height, statementId);
        lock (_gate)
            if (_places.Count < PlacesMax && !_places.Contains(place)) _places.Add(place);
    }

    internal void Spent(string stage, TimeSpan time)
    {
        lock (_gate) _stages[stage] = _stages.GetValueOrDefault(stage) + time;
    }
}

/// <summary>Where a statement was committed.</summary>
/// <param name="Shard">Its shard.</param>
/// <param name="Height">The height of its block.</param>
/// <param name="StatementId">Its id.</param>
public readonly record struct JourneyPlace(int Shard, long Height, Hash32 StatementId);
