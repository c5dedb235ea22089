using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;
using HealthLedger.Simulation.Engine;
using HealthLedger.Simulation.World;

namespace HealthLedger.Simulation.Liars;

/// <summary>One lying node: runs the real machines and bends what comes in and goes out. What takes cooperation is the brain's.</summary>
public sealed class Liar(SimWorld world, Node node, Lies lies)
{
    private readonly List<(int To, Message Message)> _said = [];
    private long _complainedAt = -10;

    /// <summary>The statements it never proposes.</summary>
    public ulong Censored { get; set; } = SimRandom.Mix(world.Plan.Seed);

    /// <summary>How it lies.</summary>
    public Lies Lies => lies;

    /// <summary>Looks at a message before the machines do; false keeps it from them.</summary>
    public bool Hears(Message message)
    {
        world.Brain!.Observe(message);
        if (Has(Lies.Nack) && message.From >= 0 && message is NewEpochCall or ProposeCall or LockCall && world.Random.Chance(500))
        {
            int seat = node.Seat(message.Config);
            var nack = new Nack(world.Plan.Shard, new Epoch(message.Config, 1000), NackReason.PromisedHigher, seat, null, []);
            world.Send(node, message.From, new NackAnswer(nack) { Config = message.Config, From = seat });
        }
        if (Has(Lies.Complain) && world.Random.Chance(60)) Complain(world.Random.Next(0, 2));
        if (Has(Lies.BurnCounters) && world.Random.Chance(60)) Complain(world.Random.Next(1, 1000));
        if (Has(Lies.Replay) && _said.Count > 0 && world.Random.Chance(60))
        {
            (int to, Message again) = _said[world.Random.Next(_said.Count)];
            world.Send(node, to, again);
        }
        return !Has(Lies.Silent) || world.Random.Chance(800);
    }

    /// <summary>It keeps things back, stop signs too.</summary>
    public bool Censors => Has(Lies.Censor);

    /// <summary>The statements it would propose.</summary>
    public ulong Choose(ulong open) => Has(Lies.Censor) ? open & ~Censored : open;

    /// <summary>Lets an effect out, or something else.</summary>
    public void Release(Effect effect)
    {
        if (Has(Lies.Silent) && world.Random.Chance(900)) return;
        switch (effect)
        {
            case CastVote cast:
                int config = cast.Vote.Epoch.Config, seat = node.Seat(config);
                world.Oracle.Count(cast.Vote, seat);
                Say(cast.To, new VoteAnswer(new SignedVote(cast.Vote, world.Keys.Sign(cast.Vote, seat))) { Config = config, From = seat });
                break;
            case Send send:
                Say(send.To, node.Signed(Bend(send.Message)));
                break;
            case Broadcast { Message: LockCall or DecideCall } when Has(Lies.NeverDecide) && world.Random.Chance(800):
                break;
            case Broadcast { Message: ProposeCall } when Has(Lies.Equivocate) && world.Random.Chance(500):
                // The brain proposes instead.
                break;
            case Broadcast { Message: ProposeCall call } when Has(Lies.BlindVote) && world.Random.Chance(300):
                for (int member = 0; member < world.Configurations.Count(call.Config); member++)
                {
                    Say(member, world.Random.Chance(500) ? new SimWithheld(call) { Config = call.Config, From = call.From } : call);
                }
                break;
            case Broadcast { Message: ProposeCall call } when Has(Lies.TwoFaced) && world.Random.Chance(700):
                ProposeTwo(call);
                break;
            case Broadcast broadcast:
                Message message = node.Signed(broadcast.Message);
                for (int member = 0; member < world.Configurations.Count(message.Config); member++) Say(member, message);
                break;
            default: break;
        }
    }

    /// <summary>Another block at the same height, with the same statements and another time, goes to the upper half of the members.</summary>
    private void ProposeTwo(ProposeCall call)
    {
        SimBlock block = world.Blocks[call.Block.Hash];
        SimBlock other = world.NewBlock(block.Parent!, block.Statements, block.Info.Time + 1, block.Info.DirectoryHeight, false, false, isValid: true);
        other.Held |= node.Bit;
        int members = world.Configurations.Count(call.Config);
        for (int member = 0; member < members; member++)
        {
            bool isUpper = 2 * member >= members;
            if (isUpper) world.Trace?.Add(node, $"proposes {call.Epoch} {world.Trace.Name(other.Info.Height, other.Info.Hash)} to node {world.Configurations.NodeAt(call.Config, member)} instead");
            Say(member, isUpper ? call with { Block = other.Info } : call);
        }
    }

    private Message Bend(Message message)
    {
        switch (message)
        {
            case PromiseAnswer answer when Has(Lies.HideLock) && world.Random.Chance(700):
                return answer with { Promise = answer.Promise with { Lock = null, Committed = world.Random.Chance(500) ? null : answer.Promise.Committed } };
            case StatusAnswer answer when Has(Lies.FalseStatus):
                var claim = new Vote(VoteKind.Prepare, world.Plan.Shard, answer.Status.Promised with { Counter = 9_999 }, 9_999, world.Genesis.Info.Hash);
                int asker = world.Random.Next(world.Configurations.Count(answer.Config));
                return answer with { Status = answer.Status with { ShownVote = new SignedVote(claim, new VoteProof(asker, 0, 1, [], new byte[8])) } };
            default:
                return message;
        }
    }

    private void Complain(int ahead)
    {
        if (node.Replica is not { } replica || replica.Promised.Counter < 0 || world.Now - _complainedAt < 10) return;
        _complainedAt = world.Now;
        // One who was removed complains of the last epoch it was in.
        int config = replica.Promised.Config, seat = node.Seat(config);
        if (seat < 0) return;
        Epoch epoch = replica.Promised with { Counter = replica.Promised.Counter + ahead };
        var call = new ComplainCall(world.Keys.Sign(new Complaint(world.Plan.Shard, epoch, seat, []))) { Config = config, From = seat };
        world.Brain!.Observe(call);
        for (int member = 0; member < world.Configurations.Count(config); member++) world.Send(node, member, call);
    }

    private void Say(int to, Message message)
    {
        if (Has(Lies.Replay) && _said.Count < 64) _said.Add((to, message));
        world.Send(node, to, message);
    }

    private bool Has(Lies lie) => (lies & lie) != 0;
}
