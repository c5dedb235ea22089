using HealthLedger.Protocol;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Views;

/// <summary>A segment as of one height.</summary>
/// <param name="Segment">Its id.</param>
/// <param name="Leaf">The leaf index of its opening.</param>
/// <param name="Owner">The identity that controls it.</param>
/// <param name="NewestKey">The key id to seal to.</param>
/// <param name="Key">That key, and the objects with its private half, sealed.</param>
/// <param name="Count">Record events in it.</param>
/// <param name="Root">The root over them: what a permit's list has for it.</param>
public sealed record SegmentView(Id16 Segment, long Leaf, Hash32 Owner, Hash32 NewestKey, SegmentKeyRow Key, long Count, Hash32 Root);
