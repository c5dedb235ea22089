namespace HealthLedger.Storage.Scrubbing;

/// <summary>What one pass over a store read and found.</summary>
/// <param name="BytesRead">Bytes read and checked.</param>
/// <param name="Findings">Damages reported during the pass, by whomever.</param>
/// <param name="Duration">How long it took.</param>
public sealed record ScrubReport(long BytesRead, long Findings, TimeSpan Duration);
