using System.Collections.Immutable;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Client.Patients;

/// <summary>What segments are for (FORMATS.md section 6).</summary>
public static class SegmentLabels
{
    /// <summary>All labels for records, in the order in which segments are opened.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        "general", "allergies", "medications", "immunizations", "laboratory", "vital-signs", "imaging", "financial",
        "mental-health", "sexual-health", "substance-use", "violence", "genetics",
    ];

    /// <summary>The label of the segment to whose key the notes of accesses are sealed. It holds no records and is never granted.</summary>
    public const string Notes = "notes";

    /// <summary>The id of the notes segment: everybody must find its public key, so it follows from the patient's identity.</summary>
    public static Id16 NotesSegment(LedgerDid patient) =>
        new(Sha256.Hash("healthledger/notes-segment/v1\0"u8, System.Text.Encoding.ASCII.GetBytes(patient.ToString())).Bytes[..Id16.Length]);
}
