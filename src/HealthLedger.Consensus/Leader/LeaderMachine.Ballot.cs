using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Consensus.Replica;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Leader;

/// <content>Rules 2 to 6 from the leader's side.</content>
public sealed partial class LeaderMachine
{
    private readonly Promise?[] _promises;
    private readonly List<Slot> _slots = [];
    private int _promiseCount;
    private bool _hasProposed;
    private Promise[]? _chain;
    private BaseChoice _base;
    private (BlockRef Block, bool IsStop)? _last;
    private Certificate? _committed;
    private long _committedHeight, _sentAt;

    private void OnPromise(Promise promise, Moment now, List<Effect> effects)
    {
        if (_chain is not null || promise.Epoch != Epoch || promise.LeaderId != LeaderId) return;
        if (promise.Member < 0 || promise.Member >= _members || _promises[promise.Member] is not null || !_check.IsValid(promise)) return;
        _promises[promise.Member] = promise;
        if (++_promiseCount < _quorum) return;
        _chain = new Promise[_quorum];
        int next = 0;
        foreach (Promise? given in _promises)
        {
            if (given is not null) _chain[next++] = given;
        }
        Invariant.Require(next == _quorum, "The base comes from exactly q promises.");
        _base = _rules.ChooseBase(_chain, _settings.Genesis.Ref);
        _committed = _base.Committed;
        _committedHeight = _committed?.Height ?? _settings.Genesis.Height;
        // The own replica may be behind what the promises show.
        if (_committed is not null) effects.Add(new Send(_self, new DecideCall(_committed) { Config = Epoch.Config, From = _self }));
        if (_base.VoteAgain) FetchBase(now, effects);
        else Continue(_base.Block, isStop: false, effects);
    }

    private void FetchBase(Moment now, List<Effect> effects)
    {
        Invariant.Require(_base.Highest is not null, "A base to vote on again has a certificate.");
        _sentAt = now.Elapsed;
        effects.Add(new FetchBase(_base.Block.Hash, _base.Block.Height, _base.Highest));
    }

    private void OnBaseFound(BlockInfo block, Moment now, List<Effect> effects)
    {
        if (_chain is null || _last is not null || !_base.VoteAgain || block.Ref != _base.Block) return;
        Propose(block, now, effects);
    }

    private void OnBlock(BlockInfo block, Moment now, List<Effect> effects)
    {
        // A block built just before the last one moved on is dropped; its statements still wait.
        if (BuildOn is not { } parent || block.Parent != parent.Hash || block.Height != parent.Height + 1) return;
        Invariant.Require(block.Shard == _settings.Shard && block.Config == Epoch.Config, "A leader proposes blocks of its shard and configuration.");
        Propose(block, now, effects);
    }

    private void Propose(BlockInfo block, Moment now, List<Effect> effects)
    {
        bool isFirst = !_hasProposed;
        _hasProposed = true;
        _slots.Add(new Slot(block, _members));
        _sentAt = now.Elapsed;
        effects.Add(new Broadcast(ProposalOf(block, isFirst)));
        Continue(block.Ref, block.IsStop, effects);
    }

    private ProposeCall ProposalOf(BlockInfo block, bool withPromises) =>
        new(Epoch, LeaderId, block, _committed, withPromises ? _chain : null) { Config = Epoch.Config, From = _self };

    private void Continue(BlockRef last, bool isStop, List<Effect> effects)
    {
        _last = (last, isStop);
        if (BuildOn is { } parent) effects.Add(new Ready(parent));
    }

    private void OnVote(SignedVote signed, Moment now, List<Effect> effects)
    {
        Vote vote = signed.Vote;
        if (vote.Shard != _settings.Shard || !_rules.CountsFor(vote.Epoch, Epoch)) return;
        if (signed.Proof.Member < 0 || signed.Proof.Member >= _members || vote.Kind is not (VoteKind.Prepare or VoteKind.Commit)) return;
        Slot? slot = FindSlot(vote.Height);
        if (slot is null || slot.Block.Hash != vote.Block || slot.Has(vote.Kind, signed.Proof.Member)) return;
        if (!_settings.Verifier.Verify(in vote, signed.Proof)) return;
        Certificate? certificate = slot.Count(in vote, signed.Proof, Epoch, _quorum);
        if (certificate is null) return;
        _sentAt = now.Elapsed;
        if (certificate.Kind == VoteKind.Prepare) effects.Add(new Broadcast(new LockCall(Epoch, LeaderId, certificate) { Config = Epoch.Config, From = _self }));
        else Decide(certificate, slot.Block, effects);
    }

    /// <summary>Commits a block with everything below it; a Commit covers all ancestors.</summary>
    private void Decide(Certificate certificate, BlockInfo block, List<Effect> effects)
    {
        bool wasFull = BuildOn is null;
        _committed = certificate;
        _committedHeight = certificate.Height;
        int done = _slots.FindIndex(slot => slot.Block.Height == block.Height) + 1;
        Invariant.Require(done > 0, "A block on its way is committed.");
        _slots.RemoveRange(0, done);
        effects.Add(new Broadcast(new DecideCall(certificate) { Config = Epoch.Config, From = _self }));
        if (_rules.EndsConfiguration(block.IsStop))
        {
            // Who joins waits for nothing else.
            int next = Epoch.Config + 1;
            if (_settings.Membership.Count(next) > 0) effects.Add(new Broadcast(new DecideCall(certificate) { Config = next, From = _settings.Membership.Self(next) }));
            End(LeaderEnd.ConfigurationEnded, effects);
        }
        else if (wasFull && BuildOn is { } parent) effects.Add(new Ready(parent));
    }

    private Slot? FindSlot(long height)
    {
        foreach (Slot slot in _slots)
        {
            if (slot.Block.Height == height) return slot;
        }
        return null;
    }

    /// <summary>Repeats what has not been answered.</summary>
    private void OnTick(Moment now, List<Effect> effects)
    {
        if (now.Elapsed - _sentAt < ConsensusTimes.ResendMilliseconds) return;
        _sentAt = now.Elapsed;
        if (_chain is null)
        {
            for (int member = 0; member < _members; member++)
            {
                if (_promises[member] is null) effects.Add(new Send(member, _call));
            }
            return;
        }
        if (_last is null)
        {
            FetchBase(now, effects);
            return;
        }
        Slot? highest = _slots.FindLast(slot => slot.Prepared is not null);
        for (int member = 0; member < _members; member++)
        {
            bool sentPromises = false;
            foreach (Slot slot in _slots)
            {
                if (slot.Has(VoteKind.Prepare, member)) continue;
                effects.Add(new Send(member, ProposalOf(slot.Block, !sentPromises)));
                sentPromises = true;
            }
            if (highest is not null && !highest.Has(VoteKind.Commit, member))
            {
                effects.Add(new Send(member, new LockCall(Epoch, LeaderId, highest.Prepared!) { Config = Epoch.Config, From = _self }));
            }
        }
    }

    /// <summary>Gives a member that is behind what is on its way, with the promises that let it in.</summary>
    private void Resend(int member, long from, List<Effect> effects)
    {
        if (_chain is null) return;
        bool sent = false;
        foreach (Slot slot in _slots)
        {
            if (slot.Block.Height < from) continue;
            effects.Add(new Send(member, ProposalOf(slot.Block, !sent)));
            sent = true;
        }
        if (!sent && _committed is not null) effects.Add(new Send(member, new DecideCall(_committed) { Config = Epoch.Config, From = _self }));
    }
}
