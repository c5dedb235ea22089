using HealthLedger.Protocol;
using HealthLedger.Protocol.Votes;

namespace HealthLedger.Consensus.Log;

/// <summary>
/// What a replica must not forget, as a fold over its records. The machine changes its state only through <see cref="Apply"/>, with the
/// record it asks the shell to persist, so a restart that replays the durable records stands where the answers left it.
/// </summary>
public sealed class VoteLog
{
    private readonly List<BlockRef> _accepted = [];
    private BlockRef? _joined;

    /// <summary>An empty log for a replica whose first epoch is <paramref name="first"/>.</summary>
    public VoteLog(Epoch first) => Promised = first with { Counter = first.Counter - 1 };

    private VoteLog(VoteLog other)
    {
        (Promised, LeaderId, Given, Base, VotedHeight) = (other.Promised, other.LeaderId, other.Given, other.Base, other.VotedHeight);
        (Lock, Committed, CosignedSize) = (other.Lock, other.Committed, other.CosignedSize);
        _accepted.AddRange(other._accepted);
        _joined = other._joined;
    }

    /// <summary>The highest epoch promised or entered. A counter below the shard's first one means none.</summary>
    public Epoch Promised { get; private set; }

    /// <summary>The id that leads it, none when it was entered by a commit certificate.</summary>
    public Id16 LeaderId { get; private set; }

    /// <summary>The Promise given for it, unsigned; null when it was entered otherwise.</summary>
    public Promise? Given { get; private set; }

    /// <summary>The base of the epoch, once computed.</summary>
    public BaseChosen? Base { get; private set; }

    /// <summary>The accepted chain of the epoch that still matters: ascending, each the parent of the next, from the committed height up.</summary>
    public IReadOnlyList<BlockRef> Accepted => _accepted;

    /// <summary>The highest height voted for in the epoch, -1 when none: one block per (epoch, height).</summary>
    public long VotedHeight { get; private set; } = -1;

    /// <summary>The lock.</summary>
    public Certificate? Lock { get; private set; }

    /// <summary>The newest commit certificate known.</summary>
    public Certificate? Committed { get; private set; }

    /// <summary>Size of the last cosigned head.</summary>
    public long CosignedSize { get; private set; }

    /// <summary>The last accepted block of the epoch, null when none.</summary>
    public BlockRef? LastAccepted => _accepted.Count == 0 ? null : _accepted[^1];

    /// <summary>A copy that later records do not change.</summary>
    public VoteLog Copy() => new(this);

    /// <summary>True when that block is on the accepted chain.</summary>
    public bool IsAccepted(long height, Hash32 hash)
    {
        for (int i = _accepted.Count - 1; i >= 0; i--)
        {
            if (_accepted[i].Height == height) return _accepted[i].Hash == hash;
        }
        return false;
    }

    /// <summary>True when that block is on the accepted chain because this replica voted for it, not because others committed it.</summary>
    public bool HasVoted(long height, Hash32 hash) => height <= VotedHeight && _joined != new BlockRef(height, hash) && IsAccepted(height, hash);

    /// <summary>Takes in one record.</summary>
    /// <exception cref="InvariantViolation">The record cannot follow what is here: the log is damaged or the machine has a bug.</exception>
    public void Apply(VoteRecord record)
    {
        switch (record)
        {
            case Promised promised:
                Invariant.Require(promised.Promise.Epoch > Promised, "A promise is for a higher epoch than before.");
                Enter(promised.Promise.Epoch, promised.Promise.LeaderId);
                Given = promised.Promise;
                break;
            case Entered entered:
                ApplyEntered(entered);
                break;
            case BaseChosen chosen:
                Invariant.Require(chosen.Epoch == Promised && _accepted.Count == 0, "A base is chosen once, before anything is accepted in its epoch.");
                Base = chosen;
                break;
            case Prepared prepared:
                ApplyPrepared(prepared);
                break;
            case VotedUpTo voted:
                Invariant.Require(voted.Epoch == Promised && voted.Height >= VotedHeight, "Voted heights only grow within an epoch.");
                VotedHeight = voted.Height;
                break;
            case Locked locked:
                Invariant.Require(Certificate.Compare(locked.Certificate, Lock) > 0, "The lock never goes down.");
                Lock = locked.Certificate;
                break;
            case CommitKnown known:
                ApplyCommit(known.Certificate);
                break;
            case Cosigned cosigned:
                Invariant.Require(cosigned.TreeSize > CosignedSize, "Cosigned sizes only grow.");
                CosignedSize = cosigned.TreeSize;
                break;
            default:
                throw new InvariantViolation("A record of the vote log has a type nobody writes.");
        }
    }

    /// <summary>The records that make an equal log: what a compacted file starts with.</summary>
    public IEnumerable<VoteRecord> Snapshot(Func<BlockRef, BlockInfo?> blockOf)
    {
        if (Lock is not null) yield return new Locked(Lock);
        if (CosignedSize > 0) yield return new Cosigned(CosignedSize);
        if (Committed is not null && Committed.Epoch < Promised)
        {
            yield return new Entered(Committed.Epoch, default);
            yield return new CommitKnown(Committed);
        }
        if (Given is not null) yield return new Promised(Given);
        else if (Promised.Counter >= 0) yield return new Entered(Promised, LeaderId);
        if (Base is not null) yield return Base;
        long voted = -1;
        if (Committed is not null && Committed.Epoch == Promised)
        {
            yield return new CommitKnown(Committed);
            voted = Committed.Height;
        }
        foreach (BlockRef accepted in _accepted)
        {
            if (accepted.Height <= voted) continue;
            BlockInfo? block = blockOf(accepted);
            Invariant.Require(block is not null, "Every accepted block's bytes are kept.");
            yield return new Prepared(Promised, block);
        }
        if (VotedHeight >= 0) yield return new VotedUpTo(Promised, VotedHeight);
    }

    private void ApplyEntered(Entered entered)
    {
        Invariant.Require(entered.Epoch >= Promised, "Epochs are entered upwards.");
        if (entered.Epoch > Promised)
        {
            Enter(entered.Epoch, entered.LeaderId);
            return;
        }
        Invariant.Require(LeaderId.IsZero || LeaderId == entered.LeaderId, "An epoch has one leader id.");
        LeaderId = entered.LeaderId;
    }

    private void Enter(Epoch epoch, Id16 leaderId)
    {
        (Promised, LeaderId, Given, Base, VotedHeight) = (epoch, leaderId, null, null, -1);
        _accepted.Clear();
        _joined = null;
    }

    private void ApplyPrepared(Prepared prepared)
    {
        BlockInfo block = prepared.Block;
        Invariant.Require(prepared.Epoch == Promised, "Votes are cast in the epoch that was entered.");
        Invariant.Require(block.Height > VotedHeight, "One block per epoch and height.");
        Invariant.Require(
            _accepted.Count == 0 || (_accepted[^1].Hash == block.Parent && _accepted[^1].Height + 1 == block.Height),
            "A block is accepted on top of the last accepted one.");
        _accepted.Add(block.Ref);
        VotedHeight = block.Height;
    }

    private void ApplyCommit(Certificate certificate)
    {
        Invariant.Require(Certificate.Compare(certificate, Committed) > 0, "The newest commit certificate only gets newer.");
        Invariant.Require(certificate.Epoch <= Promised, "An epoch is entered before its certificates are kept.");
        Committed = certificate;
        if (certificate.Epoch != Promised) return;
        if (!IsAccepted(certificate.Height, certificate.Block))
        {
            _accepted.Clear();
            _joined = new BlockRef(certificate.Height, certificate.Block);
            _accepted.Add(_joined.Value);
            return;
        }
        int below = _accepted.FindIndex(block => block.Height == certificate.Height);
        _accepted.RemoveRange(0, below);
    }
}
