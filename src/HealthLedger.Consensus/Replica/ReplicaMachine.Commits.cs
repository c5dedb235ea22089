using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Replica;

/// <content>Rules 6 and 8: commits, and what is missing below them.</content>
public sealed partial class ReplicaMachine
{
    private Hash32 _asked;
    private long _askedAt = long.MinValue / 2, _missedAt = long.MinValue / 2, _newsAskedAt = long.MinValue / 2;

    /// <summary>Takes in a commit certificate from anyone: it lets in an epoch, becomes the newest known, and commits what is executed.</summary>
    private void LearnCommit(Certificate certificate, Moment now, List<Effect> effects)
    {
        if (certificate.Height <= Tip.Height && Certificate.Compare(certificate, _log.Committed) <= 0) return;
        if (_settings.Membership.Count(certificate.Epoch.Config) == 0)
        {
            MissConfiguration(certificate.Epoch.Config, now, effects);
            return;
        }
        if (!_check.IsValid(certificate, VoteKind.Commit)) return;
        HoldAll(certificate);
        if (certificate.Epoch > Promised && !EnterOnProof(certificate.Epoch, default, now, effects)) return;
        if (Certificate.Compare(certificate, _log.Committed) > 0) Record(new CommitKnown(certificate), effects);
        if (certificate.Epoch > _proven)
        {
            _proven = certificate.Epoch;
            effects.Add(new EpochProven(certificate.Epoch));
        }
        TryCommit(certificate, now, effects);
        Advance(now, effects);
    }

    /// <summary>Commits up to the certificate's block if everything down to the tip is executed; asks for it otherwise.</summary>
    private void TryCommit(Certificate certificate, Moment now, List<Effect> effects)
    {
        if (certificate.Height <= Tip.Height)
        {
            Invariant.Require(certificate.Height < Tip.Height || certificate.Block == Tip.Hash, "One committed block per height.");
            return;
        }
        BlockInfo[]? path = _tree.PathTo(certificate.Block);
        if (path is null)
        {
            AskFor(certificate.Block, certificate.Height, certificate, now, effects);
            return;
        }
        Invariant.Require(path[^1].Height == certificate.Height, "A certificate names its block's own height.");
        // A vote's configuration is its block's: those who left, or have not come yet, commit nothing of this one, however many of them sign.
        if (path[^1].Config != certificate.Epoch.Config) return;
        _tree.Commit(path[^1]);
        _committedAt = now.Elapsed;
        effects.Add(new Commit(certificate, path));
        foreach (BlockInfo block in path) CosignIfDue(block, effects);
        if (Config != Tip.ChildConfig)
        {
            ReplicaMode before = Mode;
            EnterConfiguration();
            Entered(now);
            if (Mode != before) effects.Add(new ModeChanged(Mode));
            if (Mode == ReplicaMode.Recovering) AskStatuses(now, effects);
        }
        OfferToLead(effects);
        if (_log.Committed is { } newest && newest.Height > Tip.Height) TryCommit(newest, now, effects);
    }

    private void CosignIfDue(BlockInfo block, List<Effect> effects)
    {
        if (!block.IsCheckpoint || block.TreeSize <= _log.CosignedSize || Mode != ReplicaMode.Voting) return;
        Record(new Cosigned(block.TreeSize), effects);
        effects.Add(new Cosign(block.Height, block.TreeSize));
    }

    private void AskFor(Hash32 block, long height, Certificate? certificate, Moment now, List<Effect> effects)
    {
        if (_asked == block && now.Elapsed - _askedAt < ConsensusTimes.AskAgainMilliseconds) return;
        _asked = block;
        _askedAt = now.Elapsed;
        effects.Add(new Fetch(block, height, certificate));
    }

    private void MissConfiguration(int config, Moment now, List<Effect> effects)
    {
        if (config <= Config || now.Elapsed - _missedAt < ConsensusTimes.AskAgainMilliseconds) return;
        _missedAt = now.Elapsed;
        effects.Add(new ConfigurationMissing(config));
    }

    /// <summary>Somebody is in a newer configuration than this replica, and so knows of commits that it lacks.</summary>
    private void AskForNews(int config, int member, Moment now, List<Effect> effects)
    {
        int self = _settings.Membership.Self(config);
        if (self < 0 || now.Elapsed - _newsAskedAt < ConsensusTimes.ResendMilliseconds) return;
        _newsAskedAt = now.Elapsed;
        effects.Add(new Send(member, new StatusCall(_settings.Nonce) { Config = config, From = self }));
    }

    /// <summary>Asks again for what is still missing.</summary>
    private void AskAgain(Moment now, List<Effect> effects)
    {
        if (_log.Committed is { } newest && newest.Height > Tip.Height) TryCommit(newest, now, effects);
        Advance(now, effects);
    }
}
