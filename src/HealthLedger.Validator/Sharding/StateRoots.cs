using HealthLedger.Protocol;
using HealthLedger.Rules.Execution;
using HealthLedger.Storage.State;

namespace HealthLedger.Validator.Sharding;

/// <summary>
/// The roots over a shard's state that every 4,096th header carries (PROTOCOL section 3), computed in the background from snapshots taken 256 blocks
/// before. Used by the shard's loop.
/// </summary>
internal sealed class StateRoots(StateStore state)
{
    private long _height = -1;
    private Task<Hash32>? _root;

    /// <summary>The root that the header at a height carries, or that it is not ready; null when that header carries none.</summary>
    public (bool Ready, Hash32? Root)? DueAt(long height)
    {
        if (StateRoot.HeightOf(height) is not { } of) return null;
        if (_height != of && state.OpenSnapshot((ulong)of) is { } snapshot) Begin(of, snapshot);
        return _height == of && _root!.IsCompletedSuccessfully ? (true, _root.Result) : (false, null);
    }

    /// <summary>Completes when the root for a height is there; at once when none is due.</summary>
    public Task WhenReady(long height) => DueAt(height) is { Ready: false } && _root is { } root ? root : Task.CompletedTask;

    /// <summary>A block was applied: takes a snapshot where one is due.</summary>
    public void NoteCommit(long height)
    {
        if (StateRoot.HeightOf(height + StateRoot.BehindBlocks) != height) return;
        state.ReleaseSnapshots((ulong)height);
        Begin(height, state.TakeSnapshot());
    }

    private void Begin(long height, StateSnapshot snapshot) => (_height, _root) = (height, Task.Run(() => StateRoot.Compute(snapshot.Rows())));
}
