namespace HealthLedger.Fhir.Labels;

/// <summary>What decided a label.</summary>
public enum LabelSource
{
    /// <summary>The resource type, or a category.</summary>
    Type,

    /// <summary>A clinical code.</summary>
    Code,

    /// <summary>A security label in <c>meta.security</c>.</summary>
    SecurityLabel,
}

/// <summary>Levels of HL7 v3 Confidentiality, lowest first.</summary>
public enum Confidentiality
{
    /// <summary>U</summary>
    Unrestricted,

    /// <summary>L</summary>
    Low,

    /// <summary>M</summary>
    Moderate,

    /// <summary>N</summary>
    Normal,

    /// <summary>R</summary>
    Restricted,

    /// <summary>V</summary>
    VeryRestricted,
}

/// <summary>Where a resource is to be kept, and how confidential it is.</summary>
/// <param name="Segment">One of <see cref="Segments"/>.</param>
/// <param name="Confidentiality">The highest level of the resource and what it contains; at least R in a sensitive segment.</param>
/// <param name="Source">What decided the segment.</param>
/// <param name="Sensitivities">Every sensitive segment that something in the resource pointed to; empty for most.</param>
public sealed record SegmentLabel(
    string Segment, Confidentiality Confidentiality, LabelSource Source, IReadOnlyList<string> Sensitivities)
{
    /// <summary>The code of the level: U, L, M, N, R or V.</summary>
    public string ConfidentialityCode => "ULMNRV"[(int)Confidentiality].ToString();

    /// <summary>True when custodians can open its segment in an emergency.</summary>
    public bool IsEmergency => Segments.IsEmergency(Segment);
}
