using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Log;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Replica;

/// <content>Rules 6 and 8: commits, and what is missing below them.</content>
public sealed partial class ReplicaMachine
{
    private Hash32 _asked;
    private long _askedAt = long.MinValue / 2;

    /// <summary>Takes in a commit certificate from anyone: it lets in an epoch, becomes the newest known, and commits what is executed.</summary>
    private void LearnCommit(Certificate certificate, Moment now, List<Effect> effects)
    {
        if (certificate.Height <= Tip.Height && Certificate.Compare(certificate, _log.Committed) <= 0) return;
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
        _tree.Commit(path[^1]);
        _committedAt = now.Elapsed;
        effects.Add(new Commit(certificate, path));
        foreach (BlockInfo block in path) CosignIfDue(block, effects);
        if (Config != Tip.ChildConfig)
        {
            EnterConfiguration();
            Entered(now);
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

    /// <summary>Asks again for what is still missing.</summary>
    private void AskAgain(Moment now, List<Effect> effects)
    {
        if (_log.Committed is { } newest && newest.Height > Tip.Height) TryCommit(newest, now, effects);
        Advance(now, effects);
    }
}
