using HealthLedger.Protocol.Checkpoints;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Notes;

namespace HealthLedger.Protocol.Receipts;

/// <summary>Checks a checkpoint by the configuration that its signature lines name, where that one is proved.</summary>
public static class CheckpointVerifier
{
    /// <summary>What a note says, or why it proves nothing: one verification a member's line; lines of others, such as witnesses, are passed over.</summary>
    public static Result<VerifiedCheckpoint> Verify(string note, ConfigurationHistory known)
    {
        if (!SignedNote.Parse(note).TryGet(out SignedNote? parsed, out Fault fault)) return fault;
        int config = LedgerCheckpoint.ConfigOf(parsed, known.Genesis.Network);
        return known.TryGet(config) is { } configuration
            ? new LedgerCheckpoint(configuration).Verify(parsed)
            : new Fault(FaultCode.ConfigurationUnknown, $"The checkpoint was cosigned under configuration {config}, which is not proved by what is at hand.");
    }
}
