using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Views;

/// <summary>A record and where it stands.</summary>
/// <param name="Place">Subject, segment, position.</param>
/// <param name="Entry">What the event said.</param>
public sealed record RecordView(RecordPlaceRow Place, RecordEntryRow Entry);
