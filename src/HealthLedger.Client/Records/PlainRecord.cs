using HealthLedger.Protocol;

namespace HealthLedger.Client.Records;

/// <summary>One record in the clear, on its way in: where it comes from, where it belongs, what is in it.</summary>
public sealed record PlainRecord
{
    /// <summary>The segment's label; see <see cref="Patients.SegmentLabels"/>.</summary>
    public required string Label { get; init; }

    /// <summary>The source system, for instance a URI.</summary>
    public required string System { get; init; }

    /// <summary>The record's id in its source: versions share it.</summary>
    public required string SourceId { get; init; }

    /// <summary>The version in its source; null where the source has none, then the content is the version.</summary>
    public string? Version { get; init; }

    /// <summary>The logical resource, where it is known already; null computes it from the source.</summary>
    public Protocol.Id16? Resource { get; init; }

    /// <summary>The record that this one must follow; refused with <c>HL-4065</c> when another has. Null follows whatever is the newest.</summary>
    public Protocol.Hash32? Follows { get; init; }

    /// <summary>What search needs; encrypted like the content, opened without it.</summary>
    public required ReadOnlyMemory<byte> Manifest { get; init; }

    /// <summary>The record itself.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }
}

/// <summary>A record's blinded names under the organization's index key.</summary>
/// <param name="RecordKey">Of this version.</param>
/// <param name="ContentKey">Of the content.</param>
/// <param name="Resource">Of what the versions share.</param>
public readonly record struct RecordNames(Hash32 RecordKey, Hash32 ContentKey, Id16 Resource)
{
    /// <summary>Computes the names: three HMACs and one hash of the content.</summary>
    public static RecordNames Of(Ids.SourceIds ids, PlainRecord record)
    {
        Hash32 content = ids.ContentKey(record.Content.Span);
        return new RecordNames(ids.RecordKey(record.System, record.SourceId, record.Version ?? content.ToString()), content, record.Resource ?? ids.ResourceId(record.System, record.SourceId));
    }
}
