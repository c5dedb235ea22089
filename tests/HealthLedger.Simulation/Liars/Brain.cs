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
    private readonly Complaint?[] _complaints = new Complaint?[world.Plan.Members];
    private readonly List<SimBlock> _blocks = [];
    private readonly Dictionary<Vote, int> _shown = [];
    private readonly Dictionary<(Epoch Epoch, Id16 Id), int> _proposed = [];
    private bool _isActing;
    private readonly int _quorum = Checks.Oracle.QuorumOf(world.Plan.Members);

    /// <summary>q complaints, the highest heard; empty when fewer are known.</summary>
    public Complaint[] Evidence
    {
        get
        {
            Complaint[] known = [.. _complaints.OfType<Complaint>().OrderByDescending(complaint => complaint.Epoch).Take(_quorum).OrderBy(complaint => complaint.Member)];
            return known.Length == _quorum ? known : [];
        }
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

    private IEnumerable<int> LiarMembers()
    {
        for (int member = 0; member < world.Plan.Members; member++)
        {
            if ((world.Plan.Liars & (1u << member)) != 0) yield return member;
        }
    }

    /// <summary>Asks some members for promises to a leader id of its own, with the best evidence known.</summary>
    private void Campaign(Node liar)
    {
        Epoch first = Epoch.First(liar.Replica!.Config, world.Plan.Shard, world.Plan.Members);
        Complaint[] evidence = Evidence;
        Epoch highest = evidence.Length == 0 ? first : (first with { Counter = evidence.Min(complaint => complaint.Epoch.Counter) }).Next;
        for (Epoch epoch = highest; epoch >= first && epoch.Counter > highest.Counter - world.Plan.Members; epoch = epoch with { Counter = epoch.Counter - 1 })
        {
            if (epoch.LeaderAmong(world.Plan.Members) != liar.Member) continue;
            Id16 id = world.NextId();
            var call = new NewEpochCall(epoch, id, evidence, null) { From = liar.Member };
            SendToSome(liar, call);
            foreach (int member in LiarMembers()) Keep(world.Keys.Sign(new Promise(world.Plan.Shard, epoch, id, member, null, null, [])));
            return;
        }
    }

    /// <summary>Proposes something under an id that q members have promised to, with whichever q promises it likes.</summary>
    private void Propose(Node liar)
    {
        if (_campaigns.Count == 0) return;
        (Epoch epoch, Id16 id) = _campaigns[^world.Random.Next(1, Math.Min(_campaigns.Count, 6) + 1)];
        if (epoch.LeaderAmong(world.Plan.Members) == liar.Member) Propose(liar, epoch, id);
    }

    private void Propose(Node liar, Epoch epoch, Id16 id)
    {
        List<Promise> known = [.. _promises[(epoch, id)].OfType<Promise>()];
        if (known.Count < _quorum) return;
        while (known.Count > _quorum) known.RemoveAt(world.Random.Next(known.Count));
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
            block = world.NewBlock(on, statements, Math.Max(on.Info.Time, liar.Now.Wall), on.Info.DirectoryHeight, world.Random.Chance(30), false, !world.Random.Chance(50));
            block.Held |= liar.Bit;
            if (_blocks.Count < 64) _blocks.Add(block);
        }
        else if (world.Random.Chance(200) && _blocks.Count > 0) block = _blocks[world.Random.Next(_blocks.Count)];
        if (block.Info.Height == 0) return;
        var call = new ProposeCall(epoch, id, block.Info, world.Random.Chance(500) ? Newest(VoteKind.Commit) : null, chosen) { From = liar.Member };
        SendToSome(liar, world.Random.Chance(100) ? new SimWithheld(call) { From = liar.Member } : call);
    }

    /// <summary>Signs votes, of both kinds, for something that honest members have voted for.</summary>
    private void VoteForAnything()
    {
        if (_voteOrder.Count == 0) return;
        Vote vote = _voteOrder[^world.Random.Next(1, Math.Min(_voteOrder.Count, 12) + 1)];
        if (world.Random.Chance(300)) vote = vote with { Kind = vote.Kind == VoteKind.Prepare ? VoteKind.Commit : VoteKind.Prepare };
        foreach (int member in LiarMembers())
        {
            world.Oracle.Count(in vote, member);
            VoteProof proof = world.Keys.Sign(in vote, member);
            Keep(vote, proof);
            Node sender = world.Nodes[member];
            int leader = vote.Epoch.LeaderAmong(world.Plan.Members);
            if (sender.Replica is not null) world.Send(sender, leader, new VoteAnswer(new SignedVote(vote, proof)) { From = member });
        }
    }

    /// <summary>Makes a certificate if q votes are known, and shows some certificate to some.</summary>
    private void Certify(Node liar)
    {
        if (_voteOrder.Count > 0)
        {
            Vote vote = _voteOrder[^world.Random.Next(1, Math.Min(_voteOrder.Count, 12) + 1)];
            if (world.Random.Chance(100)) vote = vote with { Kind = VoteKind.Commit };
            if (_votes.TryGetValue(vote, out VoteProof?[]? proofs) && proofs.Count(proof => proof is not null) >= _quorum)
            {
                Keep(new Certificate(vote, [.. proofs.OfType<VoteProof>().Take(_quorum)]));
            }
            else if (vote.Kind == VoteKind.Commit && _votes.TryGetValue(vote with { Kind = VoteKind.Prepare }, out proofs) && proofs.Count(proof => proof is not null) >= _quorum)
            {
                // Prepare votes passed off as Commits: worth nothing while the kind is signed.
                SendToSome(liar, new DecideCall(new Certificate(vote, [.. proofs.OfType<VoteProof>().Take(_quorum)])) { From = liar.Member });
                return;
            }
        }
        if (_certificates.Count == 0) return;
        Certificate certificate = _certificates[^world.Random.Next(1, Math.Min(_certificates.Count, 10) + 1)];
        if (certificate.Kind == VoteKind.Commit)
        {
            SendToSome(liar, new DecideCall(certificate) { From = liar.Member });
            return;
        }
        (Epoch epoch, Id16 id) = _campaigns.FindLast(campaign => campaign.Epoch == certificate.Epoch);
        if (world.Random.Chance(200) && _campaigns.Count > 0) (epoch, id) = _campaigns[^1];
        if (!id.IsZero && epoch.LeaderAmong(world.Plan.Members) == liar.Member) SendToSome(liar, new LockCall(epoch, id, certificate) { From = liar.Member });
    }

    private Certificate? Newest(VoteKind kind) => _certificates.FindLast(certificate => certificate.Kind == kind);

    private void SendToSome(Node liar, Message message)
    {
        uint to = world.Random.Chance(300) ? uint.MaxValue : (uint)world.Random.NextULong();
        for (int member = 0; member < world.Plan.Members; member++)
        {
            if ((to & (1u << member)) != 0) world.Send(liar, member, message);
        }
    }

    private void Keep(in Vote vote, VoteProof proof)
    {
        if (!_votes.TryGetValue(vote, out VoteProof?[]? proofs))
        {
            if (_votes.Count >= 512) return;
            _votes.Add(vote, proofs = new VoteProof?[world.Plan.Members]);
            _voteOrder.Add(vote);
        }
        proofs[proof.Member] = proof;
        if (!_isActing && (world.Plan.Lies & Lies.Equivocate) != 0 && world.Random.Chance(500)) Complete(vote, proofs);
    }

    /// <summary>Adds the liars' own votes where they make the quorum, and shows the certificate to some or all.</summary>
    private void Complete(in Vote vote, VoteProof?[] proofs)
    {
        int leader = vote.Epoch.LeaderAmong(world.Plan.Members);
        if ((world.Plan.Liars & (1u << leader)) == 0) return;
        int known = 0;
        for (int member = 0; member < proofs.Length; member++)
        {
            if (proofs[member] is not null || (world.Plan.Liars & (1u << member)) != 0) known++;
        }
        if (known < _quorum) return;
        int shown = _shown.GetValueOrDefault(vote);
        if (shown >= 3) return;
        _shown[vote] = shown + 1;
        _isActing = true;
        foreach (int member in LiarMembers())
        {
            world.Oracle.Count(in vote, member);
            proofs[member] = world.Keys.Sign(in vote, member);
        }
        _isActing = false;
        var certificate = new Certificate(vote, [.. proofs.OfType<VoteProof>().Take(_quorum)]);
        Keep(certificate);
        Node liar = world.Nodes[leader];
        if (liar.Replica is null) return;
        Epoch epoch = vote.Epoch;
        Id16 id = _campaigns.FindLast(campaign => campaign.Epoch == epoch).Id;
        if (vote.Kind == VoteKind.Commit) SendToSome(liar, new DecideCall(certificate) { From = leader });
        else if (!id.IsZero) SendToSome(liar, new LockCall(epoch, id, certificate) { From = leader });
    }

    private void Keep(Promise promise)
    {
        var key = (promise.Epoch, promise.LeaderId);
        if (!_promises.TryGetValue(key, out Promise?[]? promises))
        {
            if (_promises.Count >= 256) return;
            _promises.Add(key, promises = new Promise?[world.Plan.Members]);
            _campaigns.Add(key);
        }
        promises[promise.Member] = promise;
        int leader = promise.Epoch.LeaderAmong(world.Plan.Members);
        if (_isActing || (world.Plan.Lies & Lies.Equivocate) == 0 || (world.Plan.Liars & (1u << leader)) == 0) return;
        if (promises.Count(given => given is not null) < _quorum || !world.Random.Chance(500) || world.Nodes[leader].Replica is null) return;
        int proposed = _proposed.GetValueOrDefault(key);
        if (proposed >= 4) return;
        _proposed[key] = proposed + 1;
        _isActing = true;
        Propose(world.Nodes[leader], promise.Epoch, promise.LeaderId);
        _isActing = false;
    }

    private void Keep(Complaint complaint)
    {
        if (_complaints[complaint.Member] is { } held && held.Epoch >= complaint.Epoch) return;
        _complaints[complaint.Member] = complaint;
    }

    private void Keep(Certificate certificate)
    {
        if (_certificates.Count < 256 && !_certificates.Contains(certificate)) _certificates.Add(certificate);
    }
}
