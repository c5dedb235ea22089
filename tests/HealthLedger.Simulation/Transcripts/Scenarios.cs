using HealthLedger.Protocol.Votes;
using HealthLedger.Simulation.Checks;
using HealthLedger.Simulation.Liars;
using HealthLedger.Simulation.World;

namespace HealthLedger.Simulation.Transcripts;

/// <summary>The scenarios. Four members, q = 3; member 0 leads epoch 1.0, member 1 leads 1.1. Blocks are named by height, then by letter.</summary>
internal static class Scenarios
{
    /// <summary>All of them.</summary>
    public static readonly Scenario[] All =
    [
        new("leader-change-with-a-lock", """
            Member 0 shows a prepare certificate to member 1 alone and stops. Member 1 is locked; nobody knows whether the block is committed.
            Look for: the promise of node 1 reports its lock; the base of 1.1 is that block, voted again under 1.1 with the same hash (rule 3).
            """, (world, trace) =>
        {
            world.In(100, () => world.Give(world.Nodes[0]));
            trace.When("node 0  shows 1.0 prepared 1", () => Cut(world, 0, 0, 2, 3));
            trace.When("node 1  votes Commit 1.0 1", () => world.In(1, world.Nodes[0].Crash));
        }),
        new("pipelined-blocks-re-proposed", """
            Two blocks are on their way when the leader stops: both prepared, none committed; the others have seen the second certificate only.
            Look for: the base is the higher one; one commit certificate of 1.1 commits both, the lower one as its ancestor (rules 3 and 6).
            """, (world, trace) =>
        {
            foreach (int at in new[] { 100, 103 }) world.In(at, () => world.Give(world.Nodes[0]));
            trace.When("node 0  shows 1.0 prepared 1", () => Cut(world, 0, 1, 2, 3));
            trace.When("node 0  shows 1.0 prepared 2", () =>
            {
                Array.Clear(world.Blocked);
                for (int member = 1; member < 4; member++) Cut(world, member, 0);
                world.In(4, world.Nodes[0].Crash);
            });
        }),
        new("censoring-leader", """
            Member 0 never proposes statement 2 and goes on with everything else.
            Look for: other statements commit all the time; after a second the statement is sent to all, after three each complains of 1.0
            although blocks commit (rule 1); the next leader proposes it.
            """, (world, trace) =>
        {
            world.Nodes[0].Liar!.Censored = 0b10;
            for (int i = 0; i < 9; i++) world.In(100 + (450 * i), () => world.Give(world.Nodes[1]));
        }) { Liars = 0b0001, Lies = Lies.Censor },
        new("equivocating-leader", """
            Member 0 proposes block 1 to itself and member 1, and block 1b to members 2 and 3, at the same height of the same epoch.
            Look for: each member votes once (rule 3); neither block finds q votes; after the complaints the next epoch has no lock to honour, starts
            from the genesis, and proposes the statement, which each of them has seen, in a block of its own.
            """, (world, trace) =>
        {
            world.In(100, () => world.Give(world.Nodes[1]));
        }) { Liars = 0b0001, Lies = Lies.TwoFaced },
        new("restored-vote-log", """
            Member 3 comes back with an old copy of its vote log, from before it promised anything.
            Look for: the others show it a vote of its own that its log does not know; it follows and does not vote (rule 9). The rest go on.
            """, (world, trace) =>
        {
            world.In(100, () => world.Give(world.Nodes[0]));
            world.In(300, world.Nodes[3].Crash);
            world.In(301, () => Restore(world, 3));
            world.In(400, world.Nodes[3].Start);
            world.In(700, () => world.Give(world.Nodes[1]));
        }),
        new("paused-leader-wakes", """
            Member 0 stands still for three seconds without noticing, and wakes up believing that it leads.
            Look for: the others elect member 1 meanwhile; what node 0 proposes in 1.0 is refused; it steps down when 1.1 is proven to it, not on
            the Nacks (rule 7); its statement commits under the new leader.
            """, (world, trace) =>
        {
            world.In(100, () => world.Give(world.Nodes[0]));
            world.In(200, () =>
            {
                trace.Add(world.Nodes[0], "stands still");
                world.Nodes[0].PausedUntil = world.Now + 3_000;
            });
            world.In(300, () => world.Give(world.Nodes[2]));
            world.In(3_201, () => world.Give(world.Nodes[0]));
        }),
        new("two-activations-of-one-actor", """
            The directory of actors knows member 0's shard actor twice; both ask for promises to 1.0, each with an id of its own.
            Look for: every member promises to one of the two only and refuses the other (OtherLeader); one activation leads, the other stays without.
            """, (world, trace) =>
        {
            trace.When("node 0  asks for promises to 1.0", () => world.In(0, () => world.Nodes[0].Lead(new Epoch(1, 0), [], null)));
            world.In(100, () => world.Give(world.Nodes[0]));
            world.In(150, () => world.Give(world.Nodes[3]));
        }),
        new("member-replaced", """
            A new node takes the place of a member, with a key and an empty vote log of its own; configuration 2 is decided at 300 ms.
            Look for: the stop sign, alone in its block, committed by 1.0; the new node fetches up to it, asks the new members what they hold of its own, then votes;
            the first block of configuration 2, empty, needs an epoch of configuration 2; once it is committed the node that left retires (rule 10).
            """, (world, trace) =>
        {
            world.In(100, () => world.Give(world.Nodes[0]));
            world.In(900, () => world.Give(world.Nodes[2]));
        }) { Changes = [new Change(Changes.Replace, 2, 30)] },
        new("stop-sign-behind-a-partition", """
            Everybody is replaced, and as soon as the stop sign is committed no message of the old members reaches a new one for a second.
            Look for: nothing commits meanwhile; then the new members ask where the old ones stand, and the base of 2.0 is the sign; the old ones retire.
            """, (world, trace) =>
        {
            world.In(100, () => world.Give(world.Nodes[1]));
            trace.When("commits 2 by 1.0", () =>
            {
                for (int member = 0; member < 4; member++) Cut(world, member, [.. Enumerable.Range(4, world.Configurations.Nodes - 4)]);
            });
            world.In(1_500, () => Array.Clear(world.Blocked));
        }) { Changes = [new Change(Changes.Turnover, 6, 30)] },
    ];

    private static void Cut(SimWorld world, int from, params int[] to)
    {
        foreach (int member in to) world.Blocked[from, member] = true;
    }

    private static void Restore(SimWorld world, int member)
    {
        world.Faulty |= 1u << member;
        world.Oracle.Excuse(member);
        world.Nodes[member].Disk.Restore(0);
        world.Trace!.Add(world.Nodes[member], "gets an old copy of its vote log");
    }
}
