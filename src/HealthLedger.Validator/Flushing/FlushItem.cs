using HealthLedger.Protocol.Votes;

namespace HealthLedger.Validator.Flushing;

/// <summary>What one step of a shard wants after everything it staged is durable.</summary>
internal sealed class FlushItem
{
    /// <summary>Something was staged; without it the item only waits for its turn.</summary>
    public bool NeedsDisk { get; set; }

    /// <summary>Votes to sign, with the member each is answered to.</summary>
    public List<(int To, Vote Vote)> Votes { get; } = [];

    /// <summary>Called on the flushing thread with the proofs of <see cref="Votes"/>, in order. Must not block.</summary>
    public required Action<FlushItem, VoteProof[]> Release { get; init; }

    /// <summary>What else leaves with it, for the one who releases.</summary>
    public List<object> Outputs { get; } = [];
}
