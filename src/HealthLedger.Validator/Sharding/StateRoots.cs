using HealthLedger.Protocol;
using HealthLedger.Rules.Execution;
using HealthLedger.Storage.State;
using HealthLedger.Validator.Snapshots;

namespace HealthLedger.Validator.Sharding;

/// <summary>
/// The roots over a shard's state that every 4,096th header carries (PROTOCOL section 3), computed in the background from snapshots taken 256 blocks
/// before; the newest is what one that joins may begin with. Used by the shard's loop; the offer is read from any thread.
/// </summary>
internal sealed class StateRoots
{
    private readonly StateStore _state;
    private long _height = -1;
    private Task<SnapshotOffer>? _offer;

    /// <summary>The roots of a shard whose rows are of some height now.</summary>
    public StateRoots(StateStore state)
    {
        _state = state;
        // Right at such a height after a start: the rows are the snapshot, also where they came from another member.
        if (state.AppliedHeight is { } applied && IsTaken((long)applied)) Begin((long)applied, state.OpenSnapshot(applied) ?? state.TakeSnapshot());
    }

    /// <summary>The newest snapshot with its chunks; null while there is none.</summary>
    public SnapshotOffer? Offer => Volatile.Read(ref _offer) is { IsCompletedSuccessfully: true } done ? done.Result : null;

    /// <summary>The root that the header at a height carries, or that it is not ready; null when that header carries none.</summary>
    public (bool Ready, Hash32? Root)? DueAt(long height)
    {
        if (StateRoot.HeightOf(height) is not { } of) return null;
        if (_height != of && _state.OpenSnapshot((ulong)of) is { } snapshot) Begin(of, snapshot);
        return _height == of && _offer!.IsCompletedSuccessfully ? (true, _offer.Result.Index.Root) : (false, null);
    }

    /// <summary>Completes when the root for a height is there; at once when none is due.</summary>
    public Task WhenReady(long height) => DueAt(height) is { Ready: false } && _offer is { } offer ? offer : Task.CompletedTask;

    /// <summary>A block was applied: takes a snapshot where one is due.</summary>
    public void NoteCommit(long height)
    {
        if (!IsTaken(height)) return;
        _state.ReleaseSnapshots((ulong)height);
        Begin(height, _state.TakeSnapshot());
    }

    /// <summary>Makes the newest snapshot of an earlier run ready to be given, where the disk has it.</summary>
    public void Remember(long height)
    {
        long of = height - (height + StateRoot.BehindBlocks) % StateRoot.EveryBlocks;
        if (_height < 0 && of > 0 && _state.OpenSnapshot((ulong)of) is { } snapshot) Begin(of, snapshot);
    }

    private static bool IsTaken(long height) => StateRoot.HeightOf(height + StateRoot.BehindBlocks) == height;

    private void Begin(long height, StateSnapshot snapshot)
    {
        int shard = (int)_state.Shard;
        _height = height;
        Volatile.Write(ref _offer, Task.Run(() => new SnapshotOffer(shard, snapshot, SnapshotIndex.Of(snapshot.Rows()))));
    }
}
