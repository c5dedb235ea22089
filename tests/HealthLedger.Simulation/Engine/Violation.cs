namespace HealthLedger.Simulation.Engine;

/// <summary>Something that must never happen, or must happen in bounded time, did or did not.</summary>
/// <param name="sentence">What.</param>
public sealed class Violation(string sentence) : Exception(sentence);
