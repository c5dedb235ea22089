using HealthLedger.Consensus;
using HealthLedger.Simulation.Engine;

namespace HealthLedger.Simulation.World;

/// <summary>
/// The configurations of a schedule, from 1 on: which key sits at which index. A key is a node's number and how often it was rotated. In none of
/// them are more liars than f, unless the first one begins so.
/// </summary>
public sealed class Configurations
{
    /// <summary>Most nodes of a schedule, twins not counted.</summary>
    public const int NodesMax = 16;

    private const int MembersMax = 7;
    private readonly List<int[]> _keys = [];

    /// <summary>Draws who the changes bring and take.</summary>
    public Configurations(Plan plan)
    {
        _keys.Add([.. Enumerable.Range(0, plan.Members).Select(node => FirstKey(node))]);
        Nodes = plan.Members;
        foreach (Change change in plan.Changes) _keys.Add(After(change, plan.Liars));
    }

    /// <summary>How many there are.</summary>
    public int Last => _keys.Count;

    /// <summary>Nodes that are a member at some time.</summary>
    public int Nodes { get; private set; }

    /// <summary>Members of one; 0 when there is none of that number.</summary>
    public int Count(int config) => config >= 1 && config <= Last ? _keys[config - 1].Length : 0;

    /// <summary>The key at an index; -1 when there is none.</summary>
    public int KeyAt(int config, int index) => index >= 0 && index < Count(config) ? _keys[config - 1][index] : -1;

    /// <summary>The node at an index.</summary>
    public int NodeAt(int config, int index) => _keys[config - 1][index] >> 3;

    /// <summary>The index of a node; -1 when it is not a member.</summary>
    public int SeatOf(int node, int config) => Array.FindIndex(Count(config) == 0 ? [] : _keys[config - 1], key => key >> 3 == node);

    /// <summary>Whether a node is a member at any time.</summary>
    public bool IsEverSeated(int node) => _keys.Exists(keys => Array.Exists(keys, key => key >> 3 == node));

    /// <summary>Members of the smallest one.</summary>
    public int CountMin => _keys.Min(keys => keys.Length);

    /// <summary>In every configuration at most f of these nodes, given as bits, are members.</summary>
    public bool CanBear(uint faulty) => _keys.TrueForAll(keys => IsBearable(keys, faulty));

    private static bool IsBearable(IReadOnlyCollection<int> keys, uint faulty) =>
        keys.Count(key => (faulty & (1u << (key >> 3))) != 0) <= (keys.Count - 1) / 3;

    private static int FirstKey(int node) => node << 3;

    private int[] After(Change change, uint liars)
    {
        var random = new SimRandom(change.Seed);
        int[] before = _keys[^1];
        List<int> keys = [.. before];
        if (change.Kinds.HasFlag(Changes.Turnover) && Nodes + 2 <= NodesMax)
        {
            keys.Clear();
            for (int i = random.Next(1, 5); i > 0 && Nodes < NodesMax; i--) keys.Add(FirstKey(Nodes++));
        }
        if (change.Kinds.HasFlag(Changes.Replace))
        {
            for (int i = random.Next(1, 3); i > 0 && Nodes < NodesMax; i--) keys[random.Next(keys.Count)] = FirstKey(Nodes++);
        }
        if (change.Kinds.HasFlag(Changes.Add))
        {
            for (int i = random.Next(1, 3); i > 0 && keys.Count < MembersMax; i--) Add(keys, random);
        }
        if (change.Kinds.HasFlag(Changes.Remove))
        {
            for (int i = random.Next(1, 3); i > 0 && keys.Count > 1; i--) keys.RemoveAt(random.Next(keys.Count));
        }
        if (change.Kinds.HasFlag(Changes.Rotate)) keys[random.Next(keys.Count)]++;
        if (change.Kinds.HasFlag(Changes.Shuffle))
        {
            for (int i = keys.Count - 1; i > 0; i--)
            {
                int j = random.Next(i + 1);
                (keys[i], keys[j]) = (keys[j], keys[i]);
            }
        }
        while (keys.Count > 0 && !IsBearable(keys, liars)) keys.Remove(keys.Find(key => (liars & (1u << (key >> 3))) != 0));
        return keys.Count == 0 ? before : [.. keys];
    }

    private void Add(List<int> keys, SimRandom random)
    {
        int[] gone = [.. _keys.SelectMany(members => members).Where(key => !keys.Exists(other => other >> 3 == key >> 3)).GroupBy(key => key >> 3).Select(node => node.Max())];
        if (gone.Length > 0 && random.Chance(400)) keys.Insert(random.Next(keys.Count + 1), gone[random.Next(gone.Length)]);
        else if (Nodes < NodesMax) keys.Insert(random.Next(keys.Count + 1), FirstKey(Nodes++));
    }
}

/// <summary>What one node knows of them.</summary>
internal sealed class Membership(Configurations configurations, Node node) : IMembership
{
    public int Count(int config) => config <= node.Known ? configurations.Count(config) : 0;

    public int Self(int config) => config <= node.Known ? configurations.SeatOf(node.Member, config) : -1;
}
