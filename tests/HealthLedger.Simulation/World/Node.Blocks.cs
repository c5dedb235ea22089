using HealthLedger.Consensus;
using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Leader;
using HealthLedger.Consensus.Messages;
using HealthLedger.Simulation.Engine;
using HealthLedger.Simulation.Liars;

namespace HealthLedger.Simulation.World;

/// <content>Executes, fetches and builds blocks.</content>
public sealed partial class Node
{
    /// <summary>How this node lies; null when it is honest.</summary>
    public Liar? Liar { get; set; }

    /// <summary>It neither lies nor was restored from an old copy: the invariants hold for it.</summary>
    public bool IsHonest => (_world.Faulty & (1u << Member)) == 0;

    /// <summary>An execution ends.</summary>
    public void ExecutionDone(SimBlock block)
    {
        StepReplica(new Executed(block.Info, Judge(block)));
        // The next block can be built on this one now.
        TryBuild();
    }

    private Verdict Judge(SimBlock block)
    {
        if (block.Info.IsStop && block.Info.ChildConfig > Known)
        {
            AskForConfigurations();
            return Verdict.DirectoryAhead;
        }
        if (Liar is not null && (Liar.Lies & Lies.BlindVote) != 0)
        {
            block.Executed |= Bit;
            return Verdict.Ok;
        }
        if ((block.Held & Bit) == 0) return Verdict.BodyMissing;
        if (block.Parent is not { } parent || (parent.Executed & Bit) == 0) return Verdict.BodyMissing;
        if (!block.ObeysRules) return Verdict.Invalid;
        if (block.Info.DirectoryHeight > DirectoryHeight) return Verdict.DirectoryAhead;
        block.Executed |= Bit;
        // What a proposal holds is known from then on, and waits until it is committed.
        Pool |= block.Statements & ~CommittedStatements;
        return Verdict.Ok;
    }

    /// <summary>A fetch ends: blocks down to something executed, from here or from peers, executed parents first.</summary>
    public void FetchDone(Fetch fetch)
    {
        if (Replica is null || !_world.Blocks.TryGetValue(fetch.Block, out SimBlock? block)) return;
        var missing = new List<SimBlock>();
        while (block is not null && (block.Executed & Bit) == 0)
        {
            if (missing.Count >= ConsensusTimes.FetchMax || !Obtain(block)) return;
            missing.Add(block);
            block = block.Parent;
        }
        for (int i = missing.Count - 1; i >= 0; i--)
        {
            SimBlock next = missing[i];
            if (next.Info.DirectoryHeight > DirectoryHeight) DirectoryHeight = next.Info.DirectoryHeight;
            ExecutionDone(next);
        }
        // What is executed already but unknown to a machine that has just started.
        if (missing.Count == 0) Report(_world.Blocks[fetch.Block]);
    }

    private void Report(SimBlock block)
    {
        var path = new Stack<SimBlock>();
        for (SimBlock? at = block; at is not null && at.Info.Height > Chain[^1].Info.Height; at = at.Parent) path.Push(at);
        foreach (SimBlock next in path) StepReplica(new Executed(next.Info, Verdict.Ok));
    }

    /// <summary>A leader's fetch of its base ends.</summary>
    public void BaseDone(LeaderMachine leader, FetchBase fetch)
    {
        if (leader.IsOver || !_world.Blocks.TryGetValue(fetch.Block, out SimBlock? block) || !Obtain(block)) return;
        StepLeader(leader, new BaseFound(block.Info));
    }

    /// <summary>The block's bytes, from here or from a peer that can be reached both ways.</summary>
    private bool Obtain(SimBlock block)
    {
        if ((block.Held & Bit) != 0) return true;
        foreach (Node peer in _world.Nodes)
        {
            if (peer.Replica is null || peer == this || (block.Held & peer.Bit) == 0) continue;
            if (!_world.IsConnected(Id, peer.Id) || !_world.IsConnected(peer.Id, Id) || peer.Liar is not null && _world.Random.Chance(700)) continue;
            block.Held |= Bit;
            return true;
        }
        return false;
    }

    /// <summary>Builds blocks for whichever leader may propose.</summary>
    public void TryBuild()
    {
        for (int i = 0; i < Leaders.Count; i++)
        {
            int budget = 3;
            while (i < Leaders.Count && Replica is not null && budget-- > 0 && Leaders[i].BuildOn is { } parent && Build(Leaders[i], parent))
            {
            }
        }
    }

    private bool Build(LeaderMachine leader, BlockRef on)
    {
        SimBlock parent = _world.Blocks[on.Hash];
        if ((parent.Executed & Bit) == 0) return false;
        ulong open = Pool & ~parent.Chain;
        if (Liar is not null) open = Liar.Choose(open);
        bool ends = _world.Rules.EndsConfiguration(parent.Info.IsStop);
        if (ends ? parent.Info.ChildConfig != leader.Epoch.Config : parent.Info.Config != leader.Epoch.Config) return false;
        bool isStop = Known > leader.Epoch.Config && (ends || !parent.Info.IsStop) && Liar?.Censors != true;
        if (open == 0 && !isStop && !parent.Info.IsStop) return false;
        ulong chosen = 0;
        int count = _world.Random.Next(1, 4);
        for (ulong rest = open; rest != 0 && count-- > 0; rest &= rest - 1) chosen |= rest & ~(rest - 1);
        long directory = Liar is not null && (Liar.Lies & Lies.FreezeDirectory) != 0 ? parent.Info.DirectoryHeight : Math.Max(parent.Info.DirectoryHeight, DirectoryHeight);
        bool checkpoint = _world.Plan.Shard == 0 && _world.Random.Chance(300);
        SimBlock block = _world.NewBlock(parent, isStop ? 0 : chosen, Math.Max(parent.Info.Time, Now.Wall), directory, isStop, checkpoint, isValid: true, leader.Epoch.Config);
        block.Held |= Bit;
        StepLeader(leader, new BlockToPropose(block.Info));
        return true;
    }
}
