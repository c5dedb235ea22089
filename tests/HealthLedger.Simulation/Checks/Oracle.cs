using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Log;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;
using HealthLedger.Simulation.Engine;
using HealthLedger.Simulation.World;

namespace HealthLedger.Simulation.Checks;

/// <summary>
/// Watches from outside and knows everything. It shares no decision with the code it checks: its own arithmetic, its own tally of votes,
/// its own chain. Every check is one of the invariants of PROTOCOL section 4.
/// </summary>
public sealed class Oracle(SimWorld world)
{
    private readonly Dictionary<Vote, uint> _tally = [];
    private readonly Dictionary<(int Member, VoteKind Kind, Epoch Epoch, long Height), Hash32> _own = [];
    private readonly Dictionary<(Epoch Epoch, long Height), Hash32> _prepared = [];
    private readonly List<(Epoch Epoch, SimBlock Block)> _commits = [];
    private readonly List<(Epoch Epoch, SimBlock Base)> _bases = [];
    private readonly List<SimBlock> _chain = [world.Genesis];
    private readonly Epoch[] _promised = Fresh(world.Configurations.Nodes), _lockEpoch = Fresh(world.Configurations.Nodes);
    private readonly long[] _lockHeight = new long[world.Configurations.Nodes], _cosigned = new long[world.Configurations.Nodes];

    /// <summary>Statements whose clients were told "committed".</summary>
    public ulong AcknowledgedStatements { get; private set; }

    /// <summary>The chain that everybody has a prefix of.</summary>
    public IReadOnlyList<SimBlock> Chain => _chain;

    /// <summary>The smallest number so that any two such sets share more members than may lie: found by counting, not by formula.</summary>
    internal static int QuorumOf(int members)
    {
        int faults = 0;
        while (3 * (faults + 1) + 1 <= members) faults++;
        int quorum = 1;
        while (2 * quorum - members <= faults) quorum++;
        return quorum;
    }

    private int QuorumIn(int config) => QuorumOf(world.Configurations.Count(config));

    /// <summary>A vote is signed, by anyone.</summary>
    public void Voted(Node node, in Vote vote)
    {
        if (node.IsHonest) CheckHonestVote(node, in vote);
        Count(in vote, world.Configurations.SeatOf(node.Member, vote.Epoch.Config));
    }

    /// <summary>Counts a vote that was signed with the key at this index of its configuration.</summary>
    public void Count(in Vote vote, int member)
    {
        Require(member >= 0, "A vote of one who is not a member of its configuration.");
        uint before = _tally.GetValueOrDefault(vote);
        uint after = before | (1u << member);
        if (after == before) return;
        _tally[vote] = after;
        if (System.Numerics.BitOperations.PopCount(after) != QuorumIn(vote.Epoch.Config)) return;
        if (vote.Kind == VoteKind.Prepare) Prepared(in vote);
        else Commits(in vote);
    }

    private void CheckHonestVote(Node node, in Vote vote)
    {
        int member = node.Member;
        Require(vote.Epoch >= _promised[member], "A vote in an epoch below what its member has promised.");
        if (!_own.TryAdd((member, vote.Kind, vote.Epoch, vote.Height), vote.Block))
        {
            Require(_own[(member, vote.Kind, vote.Epoch, vote.Height)] == vote.Block, "Two votes of one member at one epoch and height.");
        }
        SimBlock block = world.Blocks[vote.Block];
        Require((block.Durable & node.Bit) != 0 || block.Info.Height <= node.Chain[^1].Info.Height, "A vote for a block that is not on its member's disk.");
        Require(block.ObeysRules, "A vote for a block that breaks a rule.");
        Require(block.Info.Config == vote.Epoch.Config, "A vote of another configuration than the block's.");
        if (vote.Kind == VoteKind.Prepare)
        {
            CheckDescent(block, vote.Epoch);
            return;
        }
        Require(_prepared.TryGetValue((vote.Epoch, vote.Height), out Hash32 prepared) && prepared == vote.Block, "A Commit without a prepare certificate.");
        if (vote.Epoch > _lockEpoch[member] || (vote.Epoch == _lockEpoch[member] && vote.Height > _lockHeight[member]))
        {
            (_lockEpoch[member], _lockHeight[member]) = (vote.Epoch, vote.Height);
        }
    }

    /// <summary>What is voted for in an epoch descends from every commit of a lower one. Commits are on one chain, so the highest such is enough.</summary>
    private void CheckDescent(SimBlock block, Epoch epoch)
    {
        SimBlock? highest = null;
        foreach ((Epoch earlier, SimBlock committed) in _commits)
        {
            if (earlier < epoch && (highest is null || committed.Info.Height > highest.Info.Height)) highest = committed;
        }
        Require(highest is null || block.DescendsFrom(highest), "A vote for a block that does not descend from an earlier commit.");
    }

    private void Prepared(in Vote vote)
    {
        Require(_prepared.TryAdd((vote.Epoch, vote.Height), vote.Block), "Two prepare certificates for one epoch and height.");
        SimBlock block = world.Blocks[vote.Block];
        if (block.Parent is { Info.IsStop: true } sign)
        {
            Require(block.Info.Config == sign.Info.Config + 1, "A block of the old configuration above its stop sign.");
        }
    }

    private void Commits(in Vote vote)
    {
        Require(_prepared.TryGetValue((vote.Epoch, vote.Height), out Hash32 prepared) && prepared == vote.Block, "A commit without a prepare certificate.");
        SimBlock block = world.Blocks[vote.Block];
        Require(HonestDisksWith(block) >= QuorumIn(vote.Epoch.Config) - FaultyIn(vote.Epoch.Config), "A commit whose bytes are not on the disks of those who voted.");
        foreach ((Epoch epoch, SimBlock chosen) in _bases)
        {
            Require(epoch <= vote.Epoch || chosen.DescendsFrom(block), "A base that does not descend from an earlier commit.");
        }
        foreach ((Epoch _, SimBlock other) in _commits)
        {
            Require(block.DescendsFrom(other) || other.DescendsFrom(block), "Two commits that are not on one chain.");
        }
        _commits.Add((vote.Epoch, block));
    }

    private int FaultyIn(int config)
    {
        int faulty = 0;
        for (int index = 0; index < world.Configurations.Count(config); index++)
        {
            if ((world.Faulty & (1u << world.Configurations.NodeAt(config, index))) != 0) faulty++;
        }
        return faulty;
    }

    private int HonestDisksWith(SimBlock block)
    {
        int disks = 0;
        foreach (Node node in world.Nodes)
        {
            bool isMember = world.Configurations.SeatOf(node.Member, block.Info.Config) >= 0;
            if (isMember && node.IsHonest && (block.Durable & node.Bit) != 0) disks++;
        }
        return disks;
    }

    /// <summary>An honest replica has chosen the base of an epoch.</summary>
    public void BaseChosen(Node node, BaseChosen chosen)
    {
        SimBlock block = world.Blocks[chosen.Block.Hash];
        foreach ((Epoch epoch, SimBlock committed) in _commits)
        {
            Require(epoch >= chosen.Epoch || block.DescendsFrom(committed), "A base that does not descend from an earlier commit.");
        }
        if (!_bases.Contains((chosen.Epoch, block))) _bases.Add((chosen.Epoch, block));
    }

    /// <summary>An honest replica commits.</summary>
    public void Committed(Node node, Commit commit)
    {
        CheckCertificate(commit.Certificate);
        foreach (Consensus.BlockInfo info in commit.Blocks)
        {
            SimBlock block = world.Blocks[info.Hash];
            if (info.Height < _chain.Count)
            {
                Require(_chain[(int)info.Height] == block, "Two committed blocks at one height.");
                continue;
            }
            Require(info.Height == _chain.Count && block.Parent == _chain[^1], "A committed block whose parent is not committed.");
            Require(block.ObeysRules, "A committed block that breaks a rule, or a statement that is committed twice.");
            Require(info.Config == _chain[^1].Info.ChildConfig, "A committed block of another configuration than the chain is in.");
            Require(!info.IsStop || info.ChildConfig <= world.Decided, "A committed stop sign of a configuration that nobody has decided.");
            _chain.Add(block);
        }
    }

    private void CheckCertificate(Certificate certificate)
    {
        uint members = 0;
        foreach (VoteProof proof in certificate.Proofs) members |= 1u << proof.Member;
        int config = certificate.Epoch.Config;
        Require(world.Blocks[certificate.Block].Info.Config == config, "A certificate of another configuration than its block's.");
        Require(
            System.Numerics.BitOperations.PopCount(members) >= QuorumIn(config) && members < 1u << world.Configurations.Count(config),
            "A certificate without q distinct members.");
        Require((_tally.GetValueOrDefault(certificate.Vote) & members) == members, "A certificate with a vote that its member never cast.");
    }

    /// <summary>An honest replica answers with a promise.</summary>
    public void Promised(Node node, Promise promise)
    {
        int member = node.Member;
        Require(promise.Epoch >= _promised[member], "A promise of a lower epoch than before.");
        _promised[member] = promise.Epoch;
        Require(promise.Epoch.Config <= node.Chain[^1].Info.ChildConfig, "A promise above a stop sign that its member has not committed.");
        Epoch epoch = promise.Lock?.Epoch ?? new Epoch(0, -1);
        bool reportsIt = _lockHeight[member] == 0 || _lockEpoch[member] >= promise.Epoch || epoch > _lockEpoch[member]
            || (epoch == _lockEpoch[member] && promise.Lock!.Height >= _lockHeight[member]);
        Require(reportsIt, "A promise that reports less than what its member has voted to commit.");
    }

    /// <summary>A replica cosigns a head.</summary>
    public void Cosigned(Node node, long treeSize)
    {
        if (!node.IsHonest) return;
        Require(treeSize > _cosigned[node.Member], "A cosigned size that does not grow.");
        _cosigned[node.Member] = treeSize;
    }

    /// <summary>Clients of an honest member are told that this block is committed: its bytes lie on enough disks.</summary>
    public void Acknowledged(Hash32 hash)
    {
        SimBlock block = world.Blocks[hash];
        Require(block.Info.Height < _chain.Count && _chain[(int)block.Info.Height] == block, "An acknowledged block that is not in the chain.");
        AcknowledgedStatements |= block.Chain;
        Require((AcknowledgedStatements & ~_chain[^1].Chain) == 0, "An acknowledged statement that is not in a later tree.");
    }

    /// <summary>A member has become one of the f faults.</summary>
    public void Excuse(int member) => (_promised[member], _lockHeight[member]) = (new Epoch(0, -1), 0);

    private static Epoch[] Fresh(int members)
    {
        var epochs = new Epoch[members];
        Array.Fill(epochs, new Epoch(0, -1));
        return epochs;
    }

    private static void Require(bool holds, string what)
    {
        if (!holds) throw new Violation(what);
    }
}
