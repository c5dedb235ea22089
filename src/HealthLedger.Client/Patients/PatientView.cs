using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Client.Patients;

/// <summary>A segment whose label the party knows.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Label">What it is for.</param>
/// <param name="Key">Its newest public key.</param>
/// <param name="Owner">Who opened it: the patient, or a provider for a segment of its own.</param>
public sealed record KnownSegment(Id16 Segment, string Label, PublicKey Key, LedgerDid Owner);

/// <summary>A patient as one party sees it: the head, and the labels that were opened from what is sealed to the party.</summary>
public sealed class PatientView
{
    internal PatientView(LedgerDid did, PatientHead head, IReadOnlyList<KnownSegment> segments)
    {
        (Did, Head, Segments) = (did, head, segments);
        Dictionary<string, KnownSegment> byLabel = [];
        foreach (KnownSegment segment in segments)
            if (segment.Label != SegmentLabels.Notes && (!byLabel.TryGetValue(segment.Label, out KnownSegment? other) || (other.Owner != did && segment.Owner == did)))
                byLabel[segment.Label] = segment;
        ByLabel = byLabel;
        Id16 notes = SegmentLabels.NotesSegment(did);
        NotesKey = head.Segments.FirstOrDefault(segment => segment.Id == notes && segment.Owner == head.Did)?.Key;
    }

    /// <summary>The patient's identity.</summary>
    public LedgerDid Did { get; }

    /// <summary>The head as the node answered it.</summary>
    public PatientHead Head { get; }

    /// <summary>The segments whose labels the party knows.</summary>
    public IReadOnlyList<KnownSegment> Segments { get; }

    /// <summary>Where records of a label go: the patient's own segment before one of the party's.</summary>
    public IReadOnlyDictionary<string, KnownSegment> ByLabel { get; }

    /// <summary>The key that notes for the patient are sealed to; null where there is no notes segment.</summary>
    public PublicKey? NotesKey { get; }
}
