using HealthLedger.Consensus.Messages;
using HealthLedger.Consensus.Replica;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;
using HealthLedger.Simulation.Engine;
using HealthLedger.Simulation.World;

namespace HealthLedger.Simulation.Liars;

/// <summary>
/// What the liars know together and do together: they keep every vote, promise, complaint and certificate they hear, sign anything for
/// themselves, join what makes a quorum, and send whatever might split the others.
/// </summary>
public sealed class Brain(SimWorld world)
{
    private readonly Dictionary<Vote, VoteProof?[]> _votes = [];
    private readonly List<Vote> _voteOrder = [];
    private readonly List<Certificate> _certificates = [];
    private readonly Dictionary<(Epoch Epoch, Id16 Id), Promise?[]> _promises = [];
    private readonly List<(Epoch Epoch, Id16 Id)> _campaigns = [];
    private readonly Dictionary<int, Complaint?[]> _complaints = [];
    private readonly List<Vote> _overheard = [];
    private readonly List<SimBlock> _blocks = [];
    private readonly Dictionary<Vote, int> _shown = [];
    private readonly Dictionary<(Epoch Epoch, Id16 Id), int> _proposed = [];
    private bool _isActing;

    private int MembersIn(int config) => world.Configurations.Count(config);

    private int QuorumIn(int config) => Checks.Oracle.QuorumOf(MembersIn(config));

    /// <summary>q complaints of epochs of a configuration, the highest heard; empty when fewer are known.</summary>
    public Complaint[] Evidence(int config)
    {
        if (!_complaints.TryGetValue(config, out Complaint?[]? heard)) return [];
        Complaint[] known = [.. heard.OfType<Complaint>().OrderByDescending(complaint => complaint.Epoch).Take(QuorumIn(config)).OrderBy(complaint => complaint.Member)];
        return known.Length == QuorumIn(config) ? known : [];
    }

    /// <summary>A vote was cast somewhere: ghosts know of it.</summary>
    public void Overhear(in Vote vote)
    {
        if ((world.Plan.Lies & Lies.Ghost) == 0) return;
        if (_overheard.Count >= 32) _overheard.RemoveAt(0);
        _overheard.Add(vote);
    }

    /// <summary>Keeps what a message holds.</summary>
    public void Observe(Message message)
    {
        switch (message)
        {
            case VoteAnswer answer: Keep(answer.Vote.Vote, answer.Vote.Proof); break;
            case PromiseAnswer answer: Keep(answer.Promise); break;
            case ComplainCall call: Keep(call.Complaint); break;
            case LockCall call: Keep(call.Prepared); break;
            case DecideCall call: Keep(call.Committed); break;
            case NewEpochCall call:
                foreach (Complaint complaint in call.Complaints) Keep(complaint);
                break;
            case ProposeCall call:
                if (_blocks.Count < 64) _blocks.Add(world.Blocks[call.Block.Hash]);
                if (call.Committed is not null) Keep(call.Committed);
                foreach (Promise promise in call.Promises ?? []) Keep(promise);
                break;
            default: break;
        }
    }

    /// <summary>A turn: a few acts at random.</summary>
    public void Act()
    {
        if ((world.Plan.Lies & Lies.Ghost) != 0) Haunt();
        if ((world.Plan.Lies & Lies.Equivocate) == 0) return;
        for (int i = world.Random.Next(1, 4); i > 0; i--)
        {
            Node liar = LiarNode();
            if (liar.Replica is null) continue;
            switch (world.Random.Next(6))
            {
                case 0: Campaign(liar); break;
                case 1 or 2: Propose(liar); break;
                case 3: VoteForAnything(); break;
                default: Certify(liar); break;
            }
        }
    }

    private Node LiarNode()
    {
        while (true)
        {
            Node node = world.Nodes[world.Random.Next(world.Nodes.Count)];
            if (node.Liar is not null) return node;
        }
    }

    /// <summary>The indices of liars in a configuration.</summary>
    private IEnumerable<int> LiarSeats(int config)
    {
        for (int member = 0; member < MembersIn(config); member++)
        {
            if (IsLiar(config, member)) yield return member;
        }
    }

    /// <summary>The liars know together which configurations there are.</summary>
    private int SeatOf(Node liar, int config) => world.Configurations.SeatOf(liar.Member, config);

    private bool IsLiar(int config, int member) => (world.Plan.Liars & (1u << world.Configurations.NodeAt(config, member))) != 0;

    /// <summary>Signs what is voted now with a key of a former configuration, at the index that it had, and complains so.</summary>
    private void Haunt()
    {
        Node ghost = LiarNode();
        if (ghost.Replica is null || _overheard.Count == 0) return;
        Vote vote = _overheard[world.Random.Next(_overheard.Count)];
        int config = vote.Epoch.Config, former = world.Random.Chance(700) ? config - 1 : world.Random.Next(1, config + 1);
        int member = world.Configurations.SeatOf(ghost.Member, former), key = world.Configurations.KeyAt(former, member);
        if (member < 0 || member >= MembersIn(config) || key == world.Configurations.KeyAt(config, member)) return;
        var cast = new SignedVote(vote, world.Keys.SignAs(in vote, member, key));
        world.Send(ghost, vote.Epoch.LeaderAmong(MembersIn(config)), new VoteAnswer(cast) { Config = config, From = member });
        Complaint complaint = world.Keys.SignAs(new Complaint(world.Plan.Shard, vote.Epoch, member, []), key);
        SendToSome(ghost, new ComplainCall(complaint) { Config = config, From = member });
    }

    /// <summary>Asks some members for promises to a leader id of its own, with the best evidence known. Who was removed does so where it was.</summary>
    private void Campaign(Node liar)
    {
        int config = SeatOf(liar, liar.Replica!.Config) >= 0 ? liar.Replica.Config : liar.SeatedIn;
        if (config == 0) return;
        int members = MembersIn(config), seat = SeatOf(liar, config);
        Epoch first = Epoch.First(config, world.Plan.Shard, members);
        Complaint[] evidence = Evidence(config);
        Epoch highest = evidence.Length == 0 ? first : (first with { Counter = evidence.Min(complaint => complaint.Epoch.Counter) }).Next;
        for (Epoch epoch = highest; epoch >= first && epoch.Counter > highest.Counter - members; epoch = epoch with { Counter = epoch.Counter - 1 })
        {
            if (epoch.LeaderAmong(members) != seat) continue;
            Id16 id = world.NextId();
            var call = new NewEpochCall(epoch, id, evidence, null) { Config = config, From = seat };
            SendToSome(liar, call);
            foreach (int member in LiarSeats(config)) Keep(world.Keys.Sign(new Promise(world.Plan.Shard, epoch, id, member, null, Shown(config), [])));
            return;
        }
    }

    /// <summary>What a liar's promise shows: as little as is taken.</summary>
    private Certificate? Shown(int config) =>
        config == 1 ? null : _certificates.Find(certificate => certificate.Kind == VoteKind.Commit && certificate.Epoch.Config == config - 1);

    /// <summary>Proposes something under an id that q members have promised to, with whichever q promises it likes.</summary>
    private void Propose(Node liar)
    {
        if (_campaigns.Count == 0) return;
        (Epoch epoch, Id16 id) = _campaigns[^world.Random.Next(1, Math.Min(_campaigns.Count, 6) + 1)];
        if (epoch.LeaderAmong(MembersIn(epoch.Config)) == SeatOf(liar, epoch.Config)) Propose(liar, epoch, id);
    }

    private void Propose(Node liar, Epoch epoch, Id16 id)
    {
        List<Promise> known = [.. _promises[(epoch, id)].OfType<Promise>()];
        int quorum = QuorumIn(epoch.Config);
        if (known.Count < quorum) return;
        while (known.Count > quorum) known.RemoveAt(world.Random.Next(known.Count));
        Promise[] chosen = [.. known];
        BaseChoice choice = BaseChoice.Of(chosen, world.Genesis.Info.Ref);
        if (!world.Blocks.TryGetValue(choice.Block.Hash, out SimBlock? on)) return;
        SimBlock block = on;
        if (!choice.VoteAgain || world.Random.Chance(300))
        {
            if (_blocks.Count > 0 && world.Random.Chance(400)) on = _blocks[world.Random.Next(_blocks.Count)];
            else if (on.Parent is not null && world.Random.Chance(400)) on = on.Parent;
            ulong statements = liar.Pool & ~on.Chain & world.Random.NextULong();
            if (world.Random.Chance(50)) statements = on.Chain;
            block = world.NewBlock(on, statements, Math.Max(on.Info.Time, liar.Now.Wall), on.Info.DirectoryHeight, world.Random.Chance(30), false, !world.Random.Chance(50), world.Random.Chance(50) ? epoch.Config : null);
            block.Held |= liar.Bit;
            if (_blocks.Count < 64) _blocks.Add(block);
        }
        else if (world.Random.Chance(200) && _blocks.Count > 0) block = _blocks[world.Random.Next(_blocks.Count)];
        if (block.Info.Height == 0) return;
        var call = new ProposeCall(epoch, id, block.Info, world.Random.Chance(500) ? Newest(VoteKind.Commit) : null, chosen) { Config = epoch.Config, From = SeatOf(liar, epoch.Config) };
        SendToSome(liar, world.Random.Chance(100) ? new SimWithheld(call) { Config = call.Config, From = call.From } : call);
    }

    /// <summary>Signs votes, of both kinds, for something that honest members have voted for.</summary>
    private void VoteForAnything()
    {
        if (_voteOrder.Count == 0) return;
        Vote vote = _voteOrder[^world.Random.Next(1, Math.Min(_voteOrder.Count, 12) + 1)];
        if (world.Random.Chance(300)) vote = vote with { Kind = vote.Kind == VoteKind.Prepare ? VoteKind.Commit : VoteKind.Prepare };
        int config = vote.Epoch.Config;
        foreach (int member in LiarSeats(config))
        {
            world.Oracle.Count(in vote, member);
            VoteProof proof = world.Keys.Sign(in vote, member);
            Keep(vote, proof);
            Node sender = world.Nodes[world.Configurations.NodeAt(config, member)];
            int leader = vote.Epoch.LeaderAmong(MembersIn(config));
            if (sender.Replica is not null) world.Send(sender, leader, new VoteAnswer(new SignedVote(vote, proof)) { Config = config, From = member });
        }
    }

    /// <summary>Makes a certificate if q votes are known, and shows some certificate to some.</summary>
    private void Certify(Node liar)
    {
        if (_voteOrder.Count > 0)
        {
            Vote vote = _voteOrder[^world.Random.Next(1, Math.Min(_voteOrder.Count, 12) + 1)];
            int quorum = QuorumIn(vote.Epoch.Config);
            if (world.Random.Chance(100)) vote = vote with { Kind = VoteKind.Commit };
            if (_votes.TryGetValue(vote, out VoteProof?[]? proofs) && proofs.Count(proof => proof is not null) >= quorum)
            {
                Keep(new Certificate(vote, [.. proofs.OfType<VoteProof>().Take(quorum)]));
            }
            else if (vote.Kind == VoteKind.Commit && _votes.TryGetValue(vote with { Kind = VoteKind.Prepare }, out proofs) && proofs.Count(proof => proof is not null) >= quorum)
            {
                // Prepare votes passed off as Commits: worth nothing while the kind is signed.
                SendToSome(liar, new DecideCall(new Certificate(vote, [.. proofs.OfType<VoteProof>().Take(quorum)])) { Config = vote.Epoch.Config, From = SeatOf(liar, vote.Epoch.Config) });
                return;
            }
        }
        if (_certificates.Count == 0) return;
        Certificate certificate = _certificates[^world.Random.Next(1, Math.Min(_certificates.Count, 10) + 1)];
        if (certificate.Kind == VoteKind.Commit)
        {
            SendToSome(liar, new DecideCall(certificate) { Config = certificate.Epoch.Config, From = SeatOf(liar, certificate.Epoch.Config) });
            return;
        }
        (Epoch epoch, Id16 id) = _campaigns.FindLast(campaign => campaign.Epoch == certificate.Epoch);
        if (world.Random.Chance(200) && _campaigns.Count > 0) (epoch, id) = _campaigns[^1];
        if (!id.IsZero && epoch.LeaderAmong(MembersIn(epoch.Config)) == SeatOf(liar, epoch.Config))
        {
            SendToSome(liar, new LockCall(epoch, id, certificate) { Config = epoch.Config, From = SeatOf(liar, epoch.Config) });
        }
    }

    private Certificate? Newest(VoteKind kind) => _certificates.FindLast(certificate => certificate.Kind == kind);

    private void SendToSome(Node liar, Message message)
    {
        uint to = world.Random.Chance(300) ? uint.MaxValue : (uint)world.Random.NextULong();
        for (int member = 0; member < MembersIn(message.Config); member++)
        {
            if ((to & (1u << member)) != 0) world.Send(liar, member, message);
        }
    }

    private void Keep(in Vote vote, VoteProof proof)
    {
        if (!_votes.TryGetValue(vote, out VoteProof?[]? proofs))
        {
            if (_votes.Count >= 512) return;
            _votes.Add(vote, proofs = new VoteProof?[MembersIn(vote.Epoch.Config)]);
            _voteOrder.Add(vote);
        }
        proofs[proof.Member] = proof;
        if (!_isActing && (world.Plan.Lies & Lies.Equivocate) != 0 && world.Random.Chance(500)) Complete(vote, proofs);
    }

    /// <summary>Adds the liars' own votes where they make the quorum, and shows the certificate to some or all.</summary>
    private void Complete(in Vote vote, VoteProof?[] proofs)
    {
        int config = vote.Epoch.Config, leader = vote.Epoch.LeaderAmong(MembersIn(config)), quorum = QuorumIn(config);
        if (!IsLiar(config, leader)) return;
        int known = 0;
        for (int member = 0; member < proofs.Length; member++)
        {
            if (proofs[member] is not null || IsLiar(config, member)) known++;
        }
        if (known < quorum) return;
        int shown = _shown.GetValueOrDefault(vote);
        if (shown >= 3) return;
        _shown[vote] = shown + 1;
        _isActing = true;
        foreach (int member in LiarSeats(config))
        {
            world.Oracle.Count(in vote, member);
            proofs[member] = world.Keys.Sign(in vote, member);
        }
        _isActing = false;
        var certificate = new Certificate(vote, [.. proofs.OfType<VoteProof>().Take(quorum)]);
        Keep(certificate);
        Node liar = world.Nodes[world.Configurations.NodeAt(config, leader)];
        if (liar.Replica is null) return;
        Epoch epoch = vote.Epoch;
        Id16 id = _campaigns.FindLast(campaign => campaign.Epoch == epoch).Id;
        if (vote.Kind == VoteKind.Commit) SendToSome(liar, new DecideCall(certificate) { Config = config, From = leader });
        else if (!id.IsZero) SendToSome(liar, new LockCall(epoch, id, certificate) { Config = config, From = leader });
    }

    private void Keep(Promise promise)
    {
        var key = (promise.Epoch, promise.LeaderId);
        if (!_promises.TryGetValue(key, out Promise?[]? promises))
        {
            if (_promises.Count >= 256) return;
            _promises.Add(key, promises = new Promise?[MembersIn(promise.Epoch.Config)]);
            _campaigns.Add(key);
        }
        promises[promise.Member] = promise;
        int config = promise.Epoch.Config, leader = promise.Epoch.LeaderAmong(MembersIn(config));
        if (_isActing || (world.Plan.Lies & Lies.Equivocate) == 0 || !IsLiar(config, leader)) return;
        Node liar = world.Nodes[world.Configurations.NodeAt(config, leader)];
        if (promises.Count(given => given is not null) < QuorumIn(config) || !world.Random.Chance(500) || liar.Replica is null) return;
        int proposed = _proposed.GetValueOrDefault(key);
        if (proposed >= 4) return;
        _proposed[key] = proposed + 1;
        _isActing = true;
        Propose(liar, promise.Epoch, promise.LeaderId);
        _isActing = false;
    }

    private void Keep(Complaint complaint)
    {
        if (!_complaints.TryGetValue(complaint.Epoch.Config, out Complaint?[]? heard))
        {
            _complaints.Add(complaint.Epoch.Config, heard = new Complaint?[MembersIn(complaint.Epoch.Config)]);
        }
        if (heard[complaint.Member] is { } held && held.Epoch >= complaint.Epoch) return;
        heard[complaint.Member] = complaint;
    }

    private void Keep(Certificate certificate)
    {
        if (_certificates.Count < 256 && !_certificates.Contains(certificate)) _certificates.Add(certificate);
    }
}
