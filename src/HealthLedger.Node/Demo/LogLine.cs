namespace HealthLedger.Node.Demo;

/// <summary>One access as the patient reads it.</summary>
/// <param name="Time">When.</param>
/// <param name="Who">Which organization.</param>
/// <param name="Person">Which person, from the note that only the patient and the organization can open; null where it cannot be opened.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Outcome">Permitted or denied, in words.</param>
/// <param name="Records">How many record entries were opened.</param>
internal sealed record LogLine(DateTimeOffset Time, string Who, string? Person, string Purpose, string Outcome, long Records);
