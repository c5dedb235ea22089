using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Submit;

/// <summary>Events of one shard that are to be signed and committed as one statement, with the vault objects they name.</summary>
public sealed record StatementDraft
{
    /// <summary>Whose authority is used.</summary>
    public required LedgerDid Issuer { get; init; }

    /// <summary>The key that signs.</summary>
    public required ISigner Signer { get; init; }

    /// <summary>The shard of every event.</summary>
    public required int Shard { get; init; }

    /// <summary>One to 1,024 events.</summary>
    public required IReadOnlyList<Event> Events { get; init; }

    /// <summary>The vault objects that the events name and the validators may not have.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Objects { get; init; } = [];

    /// <summary>Whether one refusal refuses all.</summary>
    public bool Atomic { get; init; }

    /// <summary>
    /// Set under a patient's identity: who asks for the patient's counter. Such statements are signed one after the other, each with the counter
    /// plus one.
    /// </summary>
    public Keys.Party? CounterAsker { get; init; }

    /// <summary>The patient's counter where the caller knows it: 0 for an inception, of which no node can be asked yet. Null to ask.</summary>
    public long? Counter { get; init; }
}

/// <summary>A statement that was committed.</summary>
/// <param name="Committed">Where, and the outcomes as they came.</param>
/// <param name="Events">Its events.</param>
/// <param name="Outcomes">The outcome of each event, decoded.</param>
public sealed record WrittenStatement(CommittedStatement Committed, IReadOnlyList<Event> Events, IReadOnlyList<Outcome> Outcomes)
{
    /// <summary>The index of the first event whose outcome is not good; -1 where all are.</summary>
    public int FirstRefused
    {
        get
        {
            for (int i = 0; i < Outcomes.Count; i++)
                if (!Outcomes[i].IsGood) return i;
            return -1;
        }
    }
}
