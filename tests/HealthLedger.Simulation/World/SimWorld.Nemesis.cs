using HealthLedger.Consensus.Leader;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;
using HealthLedger.Simulation.Engine;
using HealthLedger.Simulation.Liars;

namespace HealthLedger.Simulation.World;

/// <content>What breaks, and the healing.</content>
public sealed partial class SimWorld
{
    private long _directory;

    private void Act()
    {
        if (IsHealed || _isOut) return;
        Queue.Add(Now + Random.Next(1, 2 * Plan.Nemesis), new SimEvent(EventKind.Nemesis, 0, -1, null));
        var act = (Acts)(1 << Random.Next(11));
        if ((Plan.Acts & act) == 0) return;
        Node node = Nodes[Random.Next(Nodes.Count)];
        switch (act)
        {
            case Acts.Crash: CrashOrStart(node); break;
            case Acts.Partition: Partition(); break;
            case Acts.Skew: node.Skew = Random.Chance(300) ? Random.Next(-20_000, 20_000) : Random.Next(-2_000, 2_000); break;
            case Acts.Pause: node.PausedUntil = Now + Random.Next(10, 3_000); break;
            case Acts.SecondActivation: SecondActivation(node); break;
            case Acts.ActorRestart: RestartActor(node); break;
            case Acts.HandOver: HandOver(node); break;
            case Acts.Directory: ChangeDirectory(); break;
            case Acts.LoseStore when node.Replica is null: LoseStore(node); break;
            case Acts.Damage when node.Replica is null: node.Disk.Damage(Random.Next(1 << 20), (byte)Random.Next(1, 3)); break;
            case Acts.RestoreLog when node.Replica is null: Restore(node); break;
            default: break;
        }
    }

    private void CrashOrStart(Node node)
    {
        if (node.IsOff) return;
        if (node.Replica is null) node.Start();
        else node.CrashAfter = Random.Next(0, 6);
    }

    private void Partition()
    {
        if (Random.Chance(400))
        {
            Array.Clear(Blocked);
            return;
        }
        if (Random.Chance(400))
        {
            Blocked[Random.Next(Nodes.Count), Random.Next(Nodes.Count)] = true;
            return;
        }
        ulong side = Random.NextULong();
        bool bothWays = Random.Chance(700);
        for (int a = 0; a < Nodes.Count; a++)
        {
            for (int b = 0; b < Nodes.Count; b++)
            {
                bool across = ((side >> a) & 1) == 1 && ((side >> b) & 1) == 0;
                if (across) Blocked[a, b] = true;
                if (across && bothWays) Blocked[b, a] = true;
            }
        }
        for (int a = 0; a < Nodes.Count; a++) Blocked[a, a] = false;
    }

    /// <summary>The placement of actors knows two of one: both try to lead the same epoch, each with an id of its own.</summary>
    private void SecondActivation(Node node)
    {
        if (node.Replica is null || node.Leaders.Count is 0 or > 2) return;
        LeaderMachine first = node.Leaders[0];
        Trace?.Add(node, "has a second activation of its shard actor");
        node.Lead(first.Epoch, Brain?.Evidence(first.Epoch.Config) ?? [], null);
    }

    private void RestartActor(Node node)
    {
        if (node.Replica is null || node.Leaders.Count == 0) return;
        Epoch epoch = node.Leaders[0].Epoch;
        node.Leaders.RemoveAt(0);
        Trace?.Add(node, $"loses the actor that led {epoch}");
        node.StepReplica(new LeaderLost(epoch));
    }

    /// <summary>Bytes are lost for good on one node only, where others have them: more would be more faults than the network is built for.</summary>
    private void LoseStore(Node node)
    {
        bool forGood = Configurations.CountMin >= 3 && (_storeLost ?? node.Id) == node.Id && Plan.Liars == 0 && Random.Chance(500);
        if (forGood) _storeLost = node.Id;
        node.LoseStore(Random.Next(1, node.Chain.Count + 1), forGood);
    }

    private int? _storeLost;

    private static void HandOver(Node node)
    {
        if (node.Leaders.Count > 0) node.StepLeaders(new GiveUp());
    }

    private void ChangeDirectory()
    {
        _directory++;
        foreach (Node node in Nodes)
        {
            if (node.Replica is null || node.DirectoryHeight >= _directory) continue;
            node.DirectoryHeight = _directory;
            node.StepReplica(new DirectoryChanged(_directory));
        }
    }

    /// <summary>An old copy is put back, or both files are lost: one of the f faults, so only while there is one left.</summary>
    private void Restore(Node node)
    {
        uint self = 1u << node.Member;
        if (!Configurations.CanBear(Faulty | Lost | self)) return;
        if (Random.Chance(300))
        {
            Lost |= self;
            node.Disk.Lose();
        }
        else
        {
            Faulty |= self;
            Oracle.Excuse(node.Member);
            node.Disk.Restore(Random.Next(0, node.Disk.Flushed + 1));
        }
        Trace?.Add(node, node.Disk.IsLost ? "loses both vote log files" : "gets an old copy of its vote log");
    }

    private void Heal()
    {
        IsHealed = true;
        _isOut = false;
        HealedAt = Now;
        Trace?.Add(null, "everything heals");
        Array.Clear(Blocked);
        _directory++;
        foreach (Node node in Nodes)
        {
            node.PausedUntil = 0;
            node.CrashAfter = -1;
            node.Skew = Random.Next(-1_000, 1_000);
            if (node.IsOff) continue;
            if (node.Replica is null) node.Start();
            node.Learn(Configurations.Last);
            node.DirectoryHeight = _directory;
            node.StepReplica(new DirectoryChanged(_directory));
            if (node.IsHonest) _must |= node.Watch;
        }
        _must |= Oracle.AcknowledgedStatements;
        int left = Plan.Statements + Plan.StatementsAfter - _nextStatement;
        for (int i = 0; i < left; i++) Queue.Add(Now + Random.Next(1, 800), new SimEvent(EventKind.Client, 0, -1, null));
    }
}
