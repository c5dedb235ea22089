using HealthLedger.Protocol;

namespace HealthLedger.Client.Records;

/// <summary>A record whose manifest, content and keys are encrypted; its event follows when the segment's key is known. Sealed once, never again.</summary>
public sealed class SealedRecord
{
    internal SealedRecord(PlainRecord plain, RecordNames names, Id16 segment, Id16 salt) => (Plain, Names, Segment, Salt) = (plain, names, segment, salt);

    /// <summary>What was sealed.</summary>
    public PlainRecord Plain { get; }

    /// <summary>Its blinded names.</summary>
    public RecordNames Names { get; }

    /// <summary>The segment it goes to.</summary>
    public Id16 Segment { get; }

    /// <summary>The record id; known once the event was composed, and another one if it had to be composed again.</summary>
    public Hash32 RecordId { get; internal set; }

    /// <summary>The record that this version follows, if that is in the ledger already.</summary>
    public Hash32? Amends { get; internal set; }

    /// <summary>The record that this version follows, if that is on its way in as well.</summary>
    internal SealedRecord? AmendsSealed { get; set; }

    internal Id16 Salt { get; }

    internal byte[] Manifest { get; set; } = [];

    internal byte[] Content { get; set; } = [];

    internal byte[] WrappedKeys { get; set; } = [];

    internal Hash32 ManifestName { get; set; }

    internal Hash32 ContentName { get; set; }

    internal Hash32 WrappedName { get; set; }

    internal Hash32 ManifestCommitment { get; set; }

    internal Hash32 ContentCommitment { get; set; }

    internal int ObjectBytes => Manifest.Length + Content.Length + WrappedKeys.Length;
}
