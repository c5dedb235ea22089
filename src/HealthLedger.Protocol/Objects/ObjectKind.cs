namespace HealthLedger.Protocol.Objects;

/// <summary>The kinds of vault objects (FORMATS.md section 6): an object's second byte.</summary>
public enum ObjectKind : byte
{
    /// <summary>A record's content, encrypted.</summary>
    Content = 1,

    /// <summary>A record's search index record, encrypted.</summary>
    Manifest = 2,

    /// <summary>A record's two keys, wrapped under a batch key.</summary>
    WrappedKeys = 3,

    /// <summary>A batch key, sealed to a segment's key.</summary>
    Envelope = 4,

    /// <summary>A segment's private key and label, sealed to who may use it.</summary>
    SealedKey = 5,

    /// <summary>A segment's old private key, sealed to its new one.</summary>
    Predecessor = 6,

    /// <summary>The keys of single records, sealed to a narrower grant's grantee.</summary>
    SealedRecordKeys = 7,

    /// <summary>Which label goes to which segment, sealed to who may deposit.</summary>
    DepositCard = 8,

    /// <summary>A text or a person's name behind a commitment, sealed to each who may read it.</summary>
    Note = 9,
}
