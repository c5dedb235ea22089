using HealthLedger.Protocol;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Actors.Reading;

/// <summary>The grants that one committed block made.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Height">The block.</param>
/// <param name="Header">The hash of its header.</param>
/// <param name="Made">In order; most blocks made none.</param>
public sealed record CommittedGrants(int Shard, long Height, Hash32 Header, IReadOnlyList<CommittedGrant> Made)
{
    /// <summary>Reads a block; of its events nothing is looked at but the type.</summary>
    public static CommittedGrants Of(int shard, Block block, IReadOnlyList<Outcome> outcomes)
    {
        List<CommittedGrant>? made = null;
        int outcome = 0;
        foreach (BlockItem item in block.Items)
        {
            if (item is SubmissionItem { Submission: var submission })
            {
                for (int i = 0; i < submission.Events.Length; i++)
                {
                    ref readonly Protocol.Statements.Event each = ref submission.Events.AsSpan()[i];
                    if (each.Type == EventType.GrantCreate && outcomes[outcome + i].Kind == OutcomeKind.Applied && LedgerDid.Parse(each.Subject).TryGet(out LedgerDid did, out _)
                        && GrantBody.Decode(each.Body.Span).TryGet(out GrantBody? body, out _))
                        (made ??= []).Add(new CommittedGrant(did.Id, body.Grant, body.Until));
                }
            }
            outcome += item.EntryCount;
        }
        return new CommittedGrants(shard, block.Header.Height, block.Hash, (IReadOnlyList<CommittedGrant>?)made ?? []);
    }
}

/// <summary>A grant that was made.</summary>
/// <param name="Did">Whose record it opens.</param>
/// <param name="Grant">Its id.</param>
/// <param name="Until">When its time is over, in milliseconds since 1970.</param>
public readonly record struct CommittedGrant(Hash32 Did, Id16 Grant, long Until);
